import { one } from './millionths.ts'

/** Half octaves to either side that a deal may lie and still be about as large. */
const reach = 5
/** Of the kernel, in half octaves. */
const spread = 1.5

/** The bands around a budget, each with the value of a normal kernel at its middle. Nearness in millionths. */
export function bandsNear(position: number): readonly { readonly band: number; readonly nearness: number }[] {
  const middle = Math.floor(position)
  return Array.from({ length: 2 * reach + 1 }, (_, at) => {
    const band = middle - reach + at
    const distance = (band + 0.5 - position) / spread
    return { band, nearness: Math.round(one * Math.exp(-0.5 * distance * distance)) }
  })
}

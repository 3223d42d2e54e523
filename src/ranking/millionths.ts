/**
 * Values, weights, contributions and scores are integers in millionths, so that sums are exact, the same on every
 * machine and in any order.
 */
export const one = 1_000_000

/** `round(weight × value)`, both in millionths. Exact as long as the product stays below 2^53. */
export function multiply(weight: number, value: number): number {
  return Math.round((weight * value) / one) + 0
}

/** A figure as millionths, never −0: JSON and Avro write that differently. */
export function inMillionths(figure: number): number {
  return Math.round(one * figure) + 0
}

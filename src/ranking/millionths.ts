/**
 * Values, weights, contributions and scores are integers in millionths, so that sums are exact, the same on every
 * machine and in any order.
 */
export const one = 1_000_000

/** `round(weight × value)`, both in millionths. Exact as long as the product stays below 2^53. */
export function multiply(weight: number, value: number): number {
  return Math.round((weight * value) / one)
}

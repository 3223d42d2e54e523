/**
 * Sums that fade: by half in each half-life. Kept as they would weigh at the start, `2^(t / half-life)` for what comes at t,
 * so that nothing needs to be touched as time goes by (forward decay; Cormode, Shkapenyuk, Srivastava, Xu 2009). All sums
 * of one clock compare; `now` brings one to what it weighs at a time.
 */
export class FadingClock {
  readonly #halfLife: number
  #start: number | null = null

  /** @param halfLife - ms */
  constructor(halfLife: number) {
    this.#halfLife = halfLife
  }

  /** What one that comes at `at` (ms since 1970) is to be counted as. */
  weight(at: number): number {
    this.#start ??= at
    return 2 ** this.#exponent(at)
  }

  /** What a sum weighs at `at`. */
  now(sum: number, at: number): number {
    return sum / 2 ** this.#exponent(at)
  }

  /** Beyond 2^900 (74 years at a half-life of 30 days) nothing grows any more: a double ends at 2^1024. */
  #exponent(at: number): number {
    return Math.min(900, (at - (this.#start ?? at)) / this.#halfLife)
  }
}

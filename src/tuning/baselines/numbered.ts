/** Gives each name a number, from 0: sums are then kept in arrays, which is several times faster than in maps. */
export class Numbered<Name extends string> {
  readonly #numbers = new Map<Name, number>()

  of(name: Name): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(name, number)
    return number
  }
}

/** Sums by number, 0 until something is added; as long as the largest number needs. */
export class Sums {
  #sums = new Float64Array(16)
  /** One more than the largest number that was added to. */
  length = 0

  add(number: number, more: number): void {
    if (number >= this.#sums.length) {
      const grown = new Float64Array(Math.max(number + 1, 2 * this.#sums.length))
      grown.set(this.#sums)
      this.#sums = grown
    }
    this.#sums[number] = (this.#sums[number] ?? 0) + more
    if (number >= this.length) this.length = number + 1
  }

  at(number: number): number {
    return this.#sums[number] ?? 0
  }

  clear(): void {
    this.#sums.fill(0, 0, this.length)
  }
}

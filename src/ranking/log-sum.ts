/** The sum of natural logarithms, taken of products: a logarithm costs ten times a multiplication. */
export class LogSum {
  #product = 1
  #sum = 0

  /** @param factor - above 0 */
  add(factor: number): void {
    this.#product *= factor
    // Long before a product leaves the range of numbers.
    if (this.#product > 1e200 || this.#product < 1e-200) {
      this.#sum += Math.log(this.#product)
      this.#product = 1
    }
  }

  get total(): number {
    return this.#sum + Math.log(this.#product)
  }
}

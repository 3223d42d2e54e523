import { grown } from './int-lists.ts'
import type { Term } from './terms.ts'

/**
 * The terms that profiles of one country have, as numbers, and how many have each. A term that nobody has any more gives
 * its number back.
 */
export class TermTable {
  frequencies = new Int32Array(256)
  readonly #numbers = new Map<Term, number>()
  readonly #terms: Term[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#numbers.size
  }

  numberOf(term: Term): number | undefined {
    return this.#numbers.get(term)
  }

  /** One profile more has it. */
  add(term: Term): number {
    const known = this.#numbers.get(term)
    if (known !== undefined) {
      this.frequencies[known] = (this.frequencies[known] ?? 0) + 1
      return known
    }
    const number = this.#free.pop() ?? this.#numbers.size
    if (number >= this.frequencies.length) this.frequencies = grown(this.frequencies)
    this.frequencies[number] = 1
    this.#numbers.set(term, number)
    this.#terms[number] = term
    return number
  }

  /** One profile less has it. */
  remove(number: number): void {
    const left = (this.frequencies[number] ?? 0) - 1
    this.frequencies[number] = left
    if (left > 0) return
    this.#numbers.delete(this.#terms[number] ?? '')
    this.#terms[number] = ''
    this.#free.push(number)
  }

  /** How many profiles have it. */
  frequencyOf(term: Term): number {
    const number = this.#numbers.get(term)
    return number === undefined ? 0 : (this.frequencies[number] ?? 0)
  }
}

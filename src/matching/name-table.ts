import { grown } from './int-lists.ts'

/**
 * Names (terms, regions) as small numbers, and how many profiles have each. One that no profile has any more gives its
 * number back.
 */
export class NameTable {
  frequencies = new Int32Array(256)
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#numbers.size
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name)
  }

  /** One profile more has it. */
  add(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) {
      this.frequencies[known] = (this.frequencies[known] ?? 0) + 1
      return known
    }
    const number = this.#free.pop() ?? this.#numbers.size
    if (number >= this.frequencies.length) this.frequencies = grown(this.frequencies)
    this.frequencies[number] = 1
    this.#numbers.set(name, number)
    this.#names[number] = name
    return number
  }

  /** One profile less has it. */
  remove(number: number): void {
    const left = (this.frequencies[number] ?? 0) - 1
    this.frequencies[number] = left
    if (left > 0) return
    this.#numbers.delete(this.#names[number] ?? '')
    this.#names[number] = ''
    this.#free.push(number)
  }
}

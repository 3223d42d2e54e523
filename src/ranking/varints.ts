/**
 * Whole numbers of 0 and above as text: base 64 digits, five bits each, the sixth saying that more follow (least
 * significant first). Small numbers take one character, which is what counts mostly are.
 */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Int8Array(128).fill(-1)
for (let at = 0; at < digits.length; at += 1) values[digits.charCodeAt(at)] = at

/** @param numbers - whole, 0 to 2^53 − 1 */
export function packNumbers(numbers: readonly number[]): string {
  let text = ''
  for (const number of numbers) {
    let rest = number
    while (rest >= 32) {
      text += digits[32 + (rest % 32)]
      rest = Math.floor(rest / 32)
    }
    text += digits[rest]
  }
  return text
}

/** Reads what `packNumbers` wrote, number by number. */
export class NumberReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get done(): boolean {
    return this.#at >= this.#text.length
  }

  /** So many characters as they stand. @throws Error when the text ends before */
  text(length: number): string {
    const from = this.#at
    this.#at += length
    if (this.#at > this.#text.length) throw new Error(`packed numbers end at character ${this.#text.length}`)
    return this.#text.slice(from, this.#at)
  }

  /** @throws Error when the text ends or holds another character */
  next(): number {
    let number = 0
    let scale = 1
    for (;;) {
      const digit = values[this.#text.charCodeAt(this.#at)] ?? -1
      if (digit < 0) throw new Error(`packed numbers end or break at character ${this.#at}`)
      this.#at += 1
      if (digit < 32) return number + digit * scale
      number += (digit - 32) * scale
      scale *= 32
    }
  }
}

const defaultLimit = 4 * 1024 * 1024

/** How many inputs go into one transaction: as many as their output fits, by what the last ones made. */
export class PieceSize {
  /** Of the output, bytes. */
  readonly #limit: number
  /** Bytes, a running mean. To begin with more than most make: a first piece that is too large is worked in vain. */
  #outputPerInput = 32 * 1024

  constructor(limit = defaultLimit) {
    this.#limit = limit
  }

  /** Inputs of the next piece; a miss only costs a second try. */
  next(): number {
    return Math.max(1, Math.floor((0.8 * this.#limit) / this.#outputPerInput))
  }

  /** Whether so many inputs with so many bytes of output are to be cut; one input never can. */
  isTooMuch(inputs: number, bytes: number): boolean {
    if (inputs > 0) this.#outputPerInput = Math.max(1, (this.#outputPerInput + bytes / inputs) / 2)
    return inputs > 1 && bytes > this.#limit
  }
}

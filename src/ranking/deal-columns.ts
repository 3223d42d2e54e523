/** Per partner and term: accepted, won, fitting. */
const width = 3

/** Where in a column the counts of a partner begin. */
export function rowOf(partner: number): number {
  return partner * width
}

/**
 * Of terms that many partners have answered under, what scores read of each partner, side by side: who ranks all partners
 * at every request reads these in the order they lie in, and not each partner's own block. Made when first read, and kept
 * as partners' counts change; whoever never ranks everybody has none.
 */
export class DealColumns {
  readonly #columns = new Map<number, Float32Array>()

  get(term: number): Float32Array | undefined {
    return this.#columns.get(term)
  }

  /** Of as many partners, all without anything yet. */
  make(term: number, partners: number): Float32Array {
    const column = new Float32Array(rowOf(partners + someMore))
    this.#columns.set(term, column)
    return column
  }

  /** What is now held of a partner under a term. */
  put(term: number, partner: number, accepted: number, won: number, fitting: number): void {
    const column = this.#columns.get(term)
    if (column === undefined) return
    const row = rowOf(partner)
    // Made anew for more partners, should it be read again.
    if (row >= column.length) this.#columns.delete(term)
    column[row] = accepted
    column[row + 1] = won
    column[row + 2] = fitting
  }

  clear(): void {
    this.#columns.clear()
  }
}

const someMore = 64

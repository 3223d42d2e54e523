/**
 * Working space for one query at a time, by slot; shared by all countries and as long as the largest needs. Sums are zero
 * between queries, so that a slot not met yet is told by its sum: whoever reads the sums sets them back.
 */
export class Accumulators {
  /** Sum of weights: whole numbers, but a long text passes 2^31. */
  sums = new Float64Array(256)
  /** The slots met, in the order they were. */
  met = new Int32Array(256)
  metCount = 0
  /** For whoever reads the sums: the eligible of those met and, in the same order, their relevance; then the refused. */
  eligibleCount = 0
  eligible = new Int32Array(256)
  eligibleRelevances = new Int32Array(256)
  refusedCount = 0
  refused = new Int32Array(256)
  refusedRelevances = new Int32Array(256)
  /** By slot, the relevance of the eligible that were met; the others' is of an earlier query. */
  relevances = new Int32Array(256)
  /** By slot, the query that last met it as eligible. */
  stamps = new Int32Array(256)
  query = 0
  /** Room for a list of one. */
  readonly single = new Uint16Array(1)
  /** The last word counted for a slot: one met in one form must not be counted again in another. */
  #lastWords = new Int32Array(256)
  #word = 0

  /** Ready for another query over this many slots. */
  begin(slots: number): void {
    this.metCount = 0
    this.query = this.query === 0x7fffffff ? 1 : this.query + 1
    if (this.query === 1) this.stamps.fill(0)
    if (slots <= this.met.length) return
    const length = 2 ** Math.ceil(Math.log2(slots))
    this.sums = new Float64Array(length)
    this.met = new Int32Array(length)
    this.eligible = new Int32Array(length)
    this.eligibleRelevances = new Int32Array(length)
    this.refused = new Int32Array(length)
    this.refusedRelevances = new Int32Array(length)
    this.relevances = new Int32Array(length)
    this.stamps = new Int32Array(length)
    this.#lastWords = new Int32Array(length)
  }

  /** Adds a weight (above 0) to each slot from `start` to `end`, where none stands twice. */
  add(entries: Uint16Array | Int32Array, start: number, end: number, weight: number): void {
    const { sums, met } = this
    let count = this.metCount
    for (let at = start; at < end; at += 1) {
      const slot = entries[at] as number
      const sum = sums[slot] as number
      if (sum === 0) met[count++] = slot
      sums[slot] = sum + weight
    }
    this.metCount = count
  }

  /** Before the first of a word's several forms. */
  beginWord(): void {
    if (this.#word === 0x7fffffff) {
      this.#lastWords.fill(0)
      this.#word = 0
    }
    this.#word += 1
  }

  /** As `add`, but once a word for each slot. */
  addForm(entries: Uint16Array | Int32Array, start: number, end: number, weight: number): void {
    const { sums, met } = this
    const lastWords = this.#lastWords
    const word = this.#word
    let count = this.metCount
    for (let at = start; at < end; at += 1) {
      const slot = entries[at] as number
      if (lastWords[slot] === word) continue
      lastWords[slot] = word
      const sum = sums[slot] as number
      if (sum === 0) met[count++] = slot
      sums[slot] = sum + weight
    }
    this.metCount = count
  }
}

/** One entry: two keys, a value. */
const width = 3
const free = -1
const fewest = 64

/**
 * (a, b) → value, all whole numbers from 0, in one typed array by open addressing with linear probing: a lookup is mostly
 * one line of memory. A `Map` of as many small keys takes twice the room and several lines.
 */
export class PairTable {
  #cells = new Int32Array(fewest * width).fill(free)
  /** From 32 bits of a hash to a cell. */
  #scale = fewest / 2 ** 32
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#cells.byteLength
  }

  /** -1 when there is none. */
  get(a: number, b: number): number {
    const at = this.#find(a, b)
    return this.#cells[at + 2] as number
  }

  set(a: number, b: number, value: number): void {
    const at = this.#find(a, b)
    if (this.#cells[at] === free) this.#size += 1
    this.#cells[at] = a
    this.#cells[at + 1] = b
    this.#cells[at + 2] = value
    if (this.#size * 3 * width > this.#cells.length * 2) this.#resize(1.25)
  }

  delete(a: number, b: number): void {
    const cells = this.#cells
    let gap = this.#find(a, b)
    if (cells[gap] === free) return
    this.#size -= 1
    // What stands behind is moved up unless that would put it before its home: so no entry is ever behind a gap.
    for (let at = this.#after(gap); cells[at] !== free; at = this.#after(at)) {
      const home = this.#home(cells[at] as number, cells[at + 1] as number)
      const staysBehind = gap <= at ? gap < home && home <= at : gap < home || home <= at
      if (staysBehind) continue
      cells.copyWithin(gap, at, at + width)
      gap = at
    }
    cells.fill(free, gap, gap + width)
    if (cells.length > fewest * width && this.#size * 4 * width < cells.length) this.#resize(0.5)
  }

  /** Where the pair stands, or the free cell where it would. */
  #find(a: number, b: number): number {
    const cells = this.#cells
    let at = this.#home(a, b)
    while (cells[at] !== free && (cells[at] !== a || cells[at + 1] !== b)) at = this.#after(at)
    return at
  }

  #after(at: number): number {
    return at + width === this.#cells.length ? 0 : at + width
  }

  #home(a: number, b: number): number {
    const mixed = Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b)
    // As many cells as there are, and not a power of two: the table is never more than half empty by its growing.
    return Math.floor((mixed >>> 0) * this.#scale) * width
  }

  #resize(by: number): void {
    const before = this.#cells
    const cells = Math.max(fewest, Math.ceil((before.length / width) * by))
    this.#scale = cells / 2 ** 32
    this.#cells = new Int32Array(cells * width).fill(free)
    for (let from = 0; from < before.length; from += width) {
      if (before[from] === free) continue
      const at = this.#find(before[from] as number, before[from + 1] as number)
      this.#cells.set(before.subarray(from, from + width), at)
    }
  }
}

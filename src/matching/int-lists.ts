/**
 * Many short lists of integers in one typed array: 100,000 profiles make millions of postings in hundreds of thousands
 * of lists, most of one or two entries, for which an object each would cost many times their content.
 *
 * A list lies in a block of 2^c entries; one that outgrows its block moves to a larger, one that shrinks to a quarter to
 * a smaller, and blocks left behind are used again, so that lists that come and go do not make the array grow.
 */
export class IntLists {
  /** Entries of list n: `entries[starts[n]]` up to `entries[starts[n] + lengths[n]]`. Replaced when they grow: never keep. */
  entries = new Int32Array(1024)
  starts = new Int32Array(256)
  lengths = new Int32Array(256)
  #classes = new Int8Array(256)
  #end = 0
  #lists = 0
  readonly #freeLists: number[] = []
  readonly #freeBlocks: number[][] = []

  /** An empty list. */
  create(): number {
    const list = this.#freeLists.pop() ?? this.#lists++
    if (list >= this.starts.length) {
      this.starts = grown(this.starts)
      this.lengths = grown(this.lengths)
      const classes = new Int8Array(this.starts.length)
      classes.set(this.#classes)
      this.#classes = classes
    }
    this.starts[list] = this.#takeBlock(0)
    this.lengths[list] = 0
    this.#classes[list] = 0
    return list
  }

  /** Its number may be another list's from now on. */
  release(list: number): void {
    this.#freeBlock(this.#classes[list] ?? 0, this.starts[list] ?? 0)
    this.lengths[list] = 0
    this.#freeLists.push(list)
  }

  length(list: number): number {
    return this.lengths[list] ?? 0
  }

  push(list: number, entry: number): void {
    const length = this.lengths[list] ?? 0
    const size = this.#classes[list] ?? 0
    if (length === 1 << size) this.#move(list, size + 1)
    this.entries[(this.starts[list] ?? 0) + length] = entry
    this.lengths[list] = length + 1
  }

  /** Takes one out; the last takes its place. */
  remove(list: number, entry: number): void {
    const start = this.starts[list] ?? 0
    const length = this.lengths[list] ?? 0
    const at = this.entries.subarray(start, start + length).indexOf(entry)
    if (at < 0) throw new Error(`list ${list} has no ${entry}`)
    this.entries[start + at] = this.entries[start + length - 1] ?? 0
    this.lengths[list] = length - 1
    const size = this.#classes[list] ?? 0
    if (size >= 2 && length - 1 <= 1 << (size - 2)) this.#move(list, size - 1)
  }

  /** A view, valid until the next change. */
  view(list: number): Int32Array {
    const start = this.starts[list] ?? 0
    return this.entries.subarray(start, start + this.length(list))
  }

  /** Bytes held. */
  get bytes(): number {
    return (
      this.entries.byteLength + this.starts.byteLength + this.lengths.byteLength + this.#classes.byteLength
    )
  }

  #move(list: number, size: number): void {
    const from = this.starts[list] ?? 0
    const to = this.#takeBlock(size)
    this.entries.copyWithin(to, from, from + this.length(list))
    this.#freeBlock(this.#classes[list] ?? 0, from)
    this.starts[list] = to
    this.#classes[list] = size
  }

  #takeBlock(size: number): number {
    const free = this.#freeBlocks[size]?.pop()
    if (free !== undefined) return free
    const start = this.#end
    this.#end += 1 << size
    while (this.#end > this.entries.length) this.entries = grown(this.entries)
    return start
  }

  #freeBlock(size: number, start: number): void {
    const blocks = this.#freeBlocks[size]
    if (blocks === undefined) this.#freeBlocks[size] = [start]
    else blocks.push(start)
  }
}

/** The same, twice as long. */
export function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(array.length * 2)
  longer.set(array)
  return longer
}

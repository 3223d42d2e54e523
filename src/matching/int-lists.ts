/**
 * Many short lists of integers in one typed array: 100,000 profiles make millions of postings in hundreds of thousands
 * of lists, most of one or two entries, for which an object each would cost many times their content.
 *
 * A list lies in a block of 2^c entries; one that outgrows its block moves to a larger, one that shrinks to a quarter to
 * a smaller, and blocks left behind are used again, so that lists that come and go do not make the array grow. Entries
 * take 16 bits until one needs more.
 */
export class IntLists {
  /**
   * List n begins at `entries[spans[2n]]` and has `spans[2n + 1]` entries: side by side, as each look into memory is a wait.
   * Both arrays are replaced when they grow: never keep them.
   */
  entries: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer> = new Uint16Array(1024)
  spans = new Int32Array(512)
  #classes = new Int8Array(256)
  #end = 0
  #lists = 0
  readonly #freeLists: number[] = []
  readonly #freeBlocks: number[][] = []

  /** An empty list. */
  create(): number {
    const list = this.#freeLists.pop() ?? this.#lists++
    if (list >= this.#classes.length) {
      this.spans = grown(this.spans)
      this.#classes = grown(this.#classes)
    }
    this.spans[2 * list] = this.#takeBlock(0)
    this.spans[2 * list + 1] = 0
    this.#classes[list] = 0
    return list
  }

  /** Its number may be another list's from now on. */
  release(list: number): void {
    this.#freeBlock(this.#classes[list] ?? 0, this.#start(list))
    this.spans[2 * list + 1] = 0
    this.#freeLists.push(list)
  }

  length(list: number): number {
    return this.spans[2 * list + 1] ?? 0
  }

  push(list: number, entry: number): void {
    if (entry > 0xffff && this.entries instanceof Uint16Array) this.entries = new Int32Array(this.entries)
    const length = this.length(list)
    const size = this.#classes[list] ?? 0
    if (length === 1 << size) this.#move(list, size + 1)
    this.entries[this.#start(list) + length] = entry
    this.spans[2 * list + 1] = length + 1
  }

  /** Takes one out; the last takes its place. */
  remove(list: number, entry: number): void {
    const start = this.#start(list)
    const length = this.length(list)
    const at = this.entries.subarray(start, start + length).indexOf(entry)
    if (at < 0) throw new Error(`list ${list} has no ${entry}`)
    this.entries[start + at] = this.entries[start + length - 1] ?? 0
    this.spans[2 * list + 1] = length - 1
    const size = this.#classes[list] ?? 0
    if (size >= 2 && length - 1 <= 1 << (size - 2)) this.#move(list, size - 1)
  }

  /** A view, valid until the next change. */
  view(list: number): Uint16Array | Int32Array {
    const start = this.#start(list)
    return this.entries.subarray(start, start + this.length(list))
  }

  /** Bytes held. */
  get bytes(): number {
    return this.entries.byteLength + this.spans.byteLength + this.#classes.byteLength
  }

  #start(list: number): number {
    return this.spans[2 * list] ?? 0
  }

  #move(list: number, size: number): void {
    const from = this.#start(list)
    const to = this.#takeBlock(size)
    this.entries.copyWithin(to, from, from + this.length(list))
    this.#freeBlock(this.#classes[list] ?? 0, from)
    this.spans[2 * list] = to
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

/** The same, a quarter longer: twice would leave a third of it empty, and copying is cheap. */
export function grown<T extends TypedArray>(array: T): T {
  const longer = new (array.constructor as new (length: number) => T)(array.length + (array.length >> 2))
  longer.set(array)
  return longer
}

type TypedArray =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>

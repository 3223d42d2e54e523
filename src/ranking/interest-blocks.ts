import { termCounts } from './likeness.ts'

/**
 * What is held of one partner: how many terms; their numbers, rising; for each a head; then all their counts, 32-bit floats.
 * Most terms have one answer or two behind them, so their counts are few different ones and zeros: each is kept once, and
 * a head says where a term's begin (15 bits) and which of them each count is (17 bits). Half of what seven floats take.
 */
export type TermBlock = Uint32Array<ArrayBuffer>

const width = termCounts.length
/** The n-th count is one of at most n, or zero. */
const bits = [1, 2, 2, 3, 3, 3, 3] as const
const shifts = bits.map((_, at) => bits.slice(0, at).reduce((sum, each) => sum + each, 0))
const masks = bits.map(each => (1 << each) - 1)
const headBits = bits.reduce((sum, each) => sum + each, 0)
const mostCounts = 2 ** (32 - headBits)

const words = new Uint32Array(1)
const floats = new Float32Array(words.buffer)

function floatOf(word: number): number {
  words[0] = word
  return floats[0] as number
}

export const noTerms: TermBlock = new Uint32Array(1)

export function lengthOf(block: TermBlock): number {
  return block[0] as number
}

/** The term at a place. */
export function termIn(block: TermBlock, at: number): number {
  return block[1 + at] as number
}

/** A count of the term at a place, in the order of `termCounts`. */
export function countIn(block: TermBlock, at: number, count: number): number {
  const terms = block[0] as number
  const head = block[1 + terms + at] as number
  const which = (head >>> (shifts[count] as number)) & (masks[count] as number)
  return which === 0 ? 0 : floatOf(block[2 * terms + (head >>> headBits) + which] as number)
}

/** All counts of the term at a place, put into `counts`. */
export function countsIn(block: TermBlock, at: number, counts: Float64Array): void {
  const terms = block[0] as number
  let head = block[1 + terms + at] as number
  const before = 2 * terms + (head >>> headBits)
  for (let count = 0; count < width; count += 1) {
    const size = bits[count] as number
    const which = head & ((1 << size) - 1)
    head >>>= size
    counts[count] = which === 0 ? 0 : floatOf(block[before + which] as number)
  }
}

/** Where a term stands in a block, or −1. */
export function placeIn(block: TermBlock, term: number): number {
  const terms = lengthOf(block)
  let low = 0
  let high = terms
  while (low < high) {
    const middle = (low + high) >> 1
    if (termIn(block, middle) < term) low = middle + 1
    else high = middle
  }
  return low < terms && termIn(block, low) === term ? low : -1
}

/** Takes every count times a power of two. */
export function scaleBlock(block: TermBlock, factor: number): void {
  for (let at = 1 + 2 * lengthOf(block); at < block.length; at += 1) {
    floats[0] = floatOf(block[at] as number) * factor
    block[at] = words[0] as number
  }
}

/** Puts a block together, term by term in rising order. */
export class BlockBuilder {
  #terms = new Uint32Array(64)
  #heads = new Uint32Array(64)
  #counts = new Uint32Array(64 * width)
  #length = 0
  #used = 0

  /** How many terms there are by now. */
  get length(): number {
    return this.#length
  }

  add(term: number, counts: ArrayLike<number>): void {
    if (this.#length === this.#terms.length) this.#grow()
    const first = this.#used
    if (first + width > mostCounts) throw new Error(`a partner has too many terms: ${this.#length}`)
    let head = first << headBits
    for (let at = 0; at < width; at += 1) {
      floats[0] = counts[at] as number
      const word = words[0] as number
      if (floats[0] === 0) continue
      let which = first
      while (which < this.#used && this.#counts[which] !== word) which += 1
      if (which === this.#used) {
        this.#counts[which] = word
        this.#used += 1
      }
      head |= (which - first + 1) << (shifts[at] as number)
    }
    this.#terms[this.#length] = term
    this.#heads[this.#length] = head
    this.#length += 1
  }

  /** The block; what is added next begins another. */
  build(): TermBlock {
    const terms = this.#length
    const block = new Uint32Array(1 + 2 * terms + this.#used)
    block[0] = terms
    block.set(this.#terms.subarray(0, terms), 1)
    block.set(this.#heads.subarray(0, terms), 1 + terms)
    block.set(this.#counts.subarray(0, this.#used), 1 + 2 * terms)
    this.#length = 0
    this.#used = 0
    return block
  }

  #grow(): void {
    const longer = (from: Uint32Array<ArrayBuffer>) => {
      const to = new Uint32Array(from.length * 2)
      to.set(from)
      return to
    }
    this.#terms = longer(this.#terms)
    this.#heads = longer(this.#heads)
    this.#counts = longer(this.#counts)
  }
}

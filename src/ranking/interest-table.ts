import type { PartnerId } from '../domain/ids.ts'
import { IntLists } from '../matching/int-lists.ts'
import type { Term } from '../matching/terms.ts'
import { type AskedTerms, bandTerm, isOfNeed } from './asked.ts'
import { bandsNear } from './bands-near.ts'
import { countsAt, dealCounts, dealsIn, type Met, tallyIn } from './block-readings.ts'
import { DealColumns, rowOf } from './deal-columns.ts'
import { hashOf } from './hash.ts'
import { type Interest, placeOf, type TermInterest } from './interest.ts'
import {
  BlockBuilder,
  countIn,
  lengthOf,
  noTerms,
  placeIn,
  scaleBlock,
  type TermBlock,
  termIn,
} from './interest-blocks.ts'
import {
  type AskedBefore,
  type Deals,
  type Likeness,
  noLikeness,
  type TermTally,
  termCounts,
} from './likeness.ts'
import { one } from './millionths.ts'
import { latestDayOf, TermSums } from './term-sums.ts'

/** What is held of a term: the order of `termCounts`. */
const width = termCounts.length

/** One RFI met with the table: valid until the table is next asked or changed. */
export interface Asking {
  readonly askedBefore: AskedBefore
  /** Of these terms, how many nobody is found by: too common, or not of the need. */
  readonly common: number
  /** Partners that accepted something under one of the others, in no order. */
  partners(): readonly PartnerId[]
  /** Whether anything is known of a partner at all. */
  knows(partnerId: PartnerId): boolean
  /** What scores read of a partner. */
  dealsOf(partnerId: PartnerId): Deals
  of(partnerId: PartnerId): Likeness
}

/**
 * All partners' interests in memory: a block of its terms and their counts for each partner, and for each term a list of
 * its partners. Counts are held decayed to one day by one half-life, which is enough to read them at any day, as decay is
 * the same factor for all.
 */
export class InterestTable {
  readonly #halfLifeDays: number
  /** The half-life, counted from 1970, to whose start counts are decayed; null while the table is empty. */
  #base: number | null = null
  /** By day, towards `#base`. */
  readonly #weights = new Map<number, number>()
  readonly #termSums = new TermSums(day => this.#weightOf(day))
  readonly #slots = new Map<PartnerId, number>()
  readonly #partners: PartnerId[] = []
  /** By partner. */
  readonly #blocks: TermBlock[] = []
  readonly #builder = new BlockBuilder()
  readonly #termSlots = new Map<number, number>()
  /** By term: its partners, twice their slot, and one more for those that accepted something. */
  readonly #postings = new IntLists()
  /** By term: sums over all partners, `width` each. */
  #sums = new Float64Array(256 * width)
  /** Of the query under way, by term: its place in the query, + 1. */
  #asked = new Int32Array(256)
  #marked: readonly number[] = []
  /** Whether a term with these last bits is among them: small enough to be at hand, as most terms of a partner are not. */
  readonly #sieve = new Uint8Array(sieveSize)
  readonly #columns = new DealColumns()
  #edition = 0

  constructor(halfLifeDays: number) {
    this.#halfLifeDays = halfLifeDays
  }

  get halfLifeDays(): number {
    return this.#halfLifeDays
  }

  get size(): number {
    return this.#slots.size
  }

  /**
   * Takes in what a partner's interest is now.
   * @param changed - hashes of all terms that may differ from what was applied before; all when absent
   */
  apply(interest: Interest, changed?: readonly number[]): void {
    this.#edition += 1
    const slot = this.#slotOf(interest.partnerId)
    const held = changed === undefined ? interest.terms : changed.flatMap(hash => heldIn(interest, hash))
    this.#reach(held)
    const wanted = held.map(of => new Wanted(of, this.#termSlotOf(of.hash))).sort(byTerm)
    const gone = new Set<number>()
    for (const hash of changed ?? [])
      if (heldIn(interest, hash).length === 0) gone.add(this.#termSlots.get(hash) ?? none)
    this.#merge(slot, wanted, term => changed === undefined || gone.has(term))
  }

  /** The partner's block anew: what is wanted, and of what was held the rest, unless it has gone. */
  #merge(slot: number, wanted: readonly Wanted[], isGone: (term: number) => boolean): void {
    const before = this.#blocks[slot] ?? noTerms
    let at = 0
    const keep = (below: number) => {
      for (; at < lengthOf(before) && termIn(before, at) < below; at += 1) {
        const term = termIn(before, at)
        if (isGone(term)) this.#replace(slot, term, before, at, noCounts)
        else this.#builder.add(term, countsAt(before, at))
      }
    }
    let latest = none
    for (const { of, term } of wanted) {
      // One that is named twice.
      if (term === latest) continue
      latest = term
      keep(term)
      const met = at < lengthOf(before) && termIn(before, at) === term
      const counts = this.#termSums.of(of.buckets)
      this.#builder.add(term, counts)
      this.#replace(slot, term, before, met ? at : none, counts)
      if (met) at += 1
    }
    keep(Number.POSITIVE_INFINITY)
    this.#blocks[slot] = this.#builder.build()
  }

  /** Sums and postings of a term, as a partner's counts under it become others; `noCounts` for one that has gone. */
  #replace(slot: number, term: number, before: TermBlock, at: number, counts: Float64Array): void {
    for (let place = 0; place < width; place += 1) {
      const was = at === none ? 0 : countIn(before, at, place)
      // What is held is what is summed, in 32 bits as it lies there.
      const sum = (this.#sums[term * width + place] as number) + Math.fround(counts[place] as number) - was
      this.#sums[term * width + place] = Math.max(0, sum)
    }
    this.#columns.put(term, slot, counts[0] as number, counts[4] as number, counts[6] as number)
    this.#post(
      term,
      at === none ? none : postingOf(slot, countIn(before, at, 0)),
      counts === noCounts ? none : postingOf(slot, Math.fround(counts[0] as number)),
    )
  }

  #post(term: number, before: number, after: number): void {
    if (before === after) return
    if (before !== none) this.#postings.remove(term, before)
    if (after !== none) this.#postings.push(term, after)
  }

  /**
   * @param day - as of which counts are read, days since 1970
   * @param everybody - whether all partners will be looked at, and not just some
   */
  ask(asked: AskedTerms, day: number, everybody = false): Asking {
    this.#edition += 1
    const edition = this.#edition
    const scale = this.#base === null ? 0 : one / this.#weightAt(day, this.#base)
    const found = asked.terms.flatMap(term => this.#known(term))
    const near = asked.budget === null ? [] : bandsNear(asked.budget.position)
    const bands = near.flatMap(({ band, nearness }) =>
      this.#known(bandTerm(asked.budget?.currency ?? '', band)).map(known => ({ ...known, nearness })),
    )
    const askedBefore: AskedBefore = {
      terms: found.map(({ term, slot }) => ({ term, ...this.#sum(slot, scale) })),
      bands: bands.map(({ term, slot, nearness }) => ({
        term,
        nearness,
        ...this.#sum(slot, scale),
      })),
    }
    // Bands come after the terms, so one look at an entry tells which it is.
    const marked = [...found, ...bands].map(({ slot }) => slot)
    const telling = this.#rarest(
      found.flatMap(({ term, slot }) => (isOfNeed(term) && this.#tells(slot) ? [slot] : [])),
    )
    let gathered: readonly (Deals | undefined)[] | null = null
    const check = () => {
      if (this.#edition !== edition) throw new Error('an asking read after the table went on')
    }
    const slotOf = (partnerId: PartnerId) => {
      check()
      return marked.length === 0 ? undefined : this.#slots.get(partnerId)
    }
    return {
      askedBefore,
      common: found.length - telling.length,
      knows: partnerId => this.#slots.has(partnerId),
      partners: () => {
        check()
        return this.#sharing(telling)
      },
      dealsOf: partnerId => {
        const slot = slotOf(partnerId)
        if (slot === undefined) return noLikeness
        if (!everybody) return this.#meet(slot, marked, found.length, dealsIn, scale)
        gathered ??= this.#gather(marked, found.length, scale)
        return gathered[slot] ?? noLikeness
      },
      of: partnerId => {
        const slot = slotOf(partnerId)
        return slot === undefined ? noLikeness : this.#meet(slot, marked, found.length, tallyIn, scale)
      },
    }
  }

  /** Each query marks its terms once, and takes the marks of the one before away. */
  #mark(slots: readonly number[]): void {
    if (this.#marked === slots) return
    for (const slot of this.#marked) this.#asked[slot] = 0
    this.#sieve.fill(0)
    for (const [at, slot] of slots.entries()) {
      this.#asked[slot] = at + 1
      this.#sieve[slot % sieveSize] = 1
    }
    this.#marked = slots
  }

  /** By the partner's own terms: for few partners of many. */
  #meet<T extends { readonly at: number }>(
    slot: number,
    marked: readonly number[],
    terms: number,
    read: (at: number, block: TermBlock, place: number, scale: number) => T,
    scale: number,
  ) {
    this.#mark(marked)
    const met: { terms: T[]; bands: T[] } = { terms: [], bands: [] }
    const block = this.#blocks[slot] ?? noTerms
    const sieve = this.#sieve
    const length = lengthOf(block)
    for (let place = 0; place < length; place += 1) {
      const term = termIn(block, place)
      if (sieve[term & (sieveSize - 1)] === 0) continue
      const at = (this.#asked[term] as number) - 1
      if (at < 0) continue
      if (at < terms) met.terms.push(read(at, block, place, scale))
      else met.bands.push(read(at - terms, block, place, scale))
    }
    met.terms.sort(byPlace)
    met.bands.sort(byPlace)
    return met
  }

  /** By the terms' columns and lists: for all partners at once. By their slots. */
  #gather(marked: readonly number[], terms: number, scale: number): readonly (Deals | undefined)[] {
    const found = Array.from({ length: this.#slots.size }, (): Met | undefined => undefined)
    const put = (slot: number, at: number, accepted: number, won: number, fitting: number) => {
      const met = found[slot] ?? { terms: [], bands: [] }
      found[slot] = met
      const list = at < terms ? met.terms : met.bands
      list.push({
        at: at < terms ? at : at - terms,
        accepted: Math.round(accepted * scale),
        won: Math.round(won * scale),
        fitting: Math.round(fitting * scale),
      })
    }
    for (const [at, term] of marked.entries()) {
      const column = this.#columnOf(term)
      for (const posting of this.#postings.view(term)) {
        const slot = posting >>> 1
        if (column !== null) {
          const row = rowOf(slot)
          put(slot, at, column[row] as number, column[row + 1] as number, column[row + 2] as number)
          continue
        }
        const block = this.#blocks[slot] ?? noTerms
        const place = placeIn(block, term)
        put(slot, at, ...dealCounts(block, place))
      }
    }
    return found
  }

  /** Null for a term that few have answered under: their blocks will do. */
  #columnOf(term: number): Float32Array | null {
    const partners = this.#slots.size
    if (columnFrom * this.#postings.length(term) < partners) return null
    const known = this.#columns.get(term)
    if (known !== undefined) return known
    const column = this.#columns.make(term, partners)
    for (const posting of this.#postings.view(term)) {
      const slot = posting >>> 1
      const block = this.#blocks[slot] ?? noTerms
      this.#columns.put(term, slot, ...dealCounts(block, placeIn(block, term)))
    }
    return column
  }

  /** What more than a quarter of all partners have answered under is nobody's mark. */
  #tells(term: number): boolean {
    return 4 * this.#postings.length(term) <= this.#slots.size
  }

  /** The rarest of the terms, as many as have few answers together; one at least. */
  #rarest(terms: readonly number[]): readonly number[] {
    const byLength = terms.toSorted((one, other) => this.#postings.length(one) - this.#postings.length(other))
    let looked = 0
    return byLength.filter((term, at) => {
      looked += this.#postings.length(term)
      return at === 0 || looked <= mostLookedThrough
    })
  }

  #sharing(terms: readonly number[]): readonly PartnerId[] {
    const found = new Set<number>()
    for (const term of terms) {
      for (const posting of this.#postings.view(term)) if (posting % 2 === 1) found.add(posting >>> 1)
    }
    return Array.from(found, slot => this.#partners[slot] as PartnerId)
  }

  #known(term: Term): { term: Term; slot: number }[] {
    const slot = this.#termSlots.get(hashOf(term))
    return slot === undefined || this.#postings.length(slot) === 0 ? [] : [{ term, slot }]
  }

  #sum(at: number, scale: number): TermTally {
    const counts = this.#sums
    const from = at * width
    return {
      accepted: Math.round((counts[from] as number) * scale),
      closed: Math.round((counts[from + 1] as number) * scale),
      answeredInHour: Math.round((counts[from + 2] as number) * scale),
      answeredInDay: Math.round((counts[from + 3] as number) * scale),
      won: Math.round((counts[from + 4] as number) * scale),
      ended: Math.round((counts[from + 5] as number) * scale),
      fitting: Math.round((counts[from + 6] as number) * scale),
    }
  }

  /** Sees to it that the table's day is not too far behind what is to come in: it would run out of range. */
  #reach(terms: readonly TermInterest[]): void {
    for (const { buckets } of terms) {
      const day = latestDayOf(buckets)
      if (day === null) continue
      const latest = Math.floor(day / this.#halfLifeDays)
      this.#base ??= latest
      if (latest - this.#base > farthest) this.#moveTo(latest)
    }
  }

  /**
   * `2^(day / half-life − base)`. Bases are whole, and whole powers of two change no digit of a count: whatever order things
   * come in, and so whatever the base, the figures read are the same.
   */
  #weightAt(day: number, base: number): number {
    const halves = day / this.#halfLifeDays
    const whole = Math.floor(halves)
    return 2 ** (halves - whole) * 2 ** (whole - base)
  }

  #weightOf(day: number): number {
    const known = this.#weights.get(day)
    if (known !== undefined) return known
    const weight = this.#weightAt(day, this.#base ?? 0)
    this.#weights.set(day, weight)
    return weight
  }

  #moveTo(base: number): void {
    const factor = 2 ** ((this.#base ?? base) - base)
    for (const [slot, block] of this.#blocks.entries()) {
      const accepted = Array.from({ length: lengthOf(block) }, (_, at) => countIn(block, at, 0))
      scaleBlock(block, factor)
      // What was long ago may be nothing at all from now on.
      for (const [at, before] of accepted.entries())
        this.#post(termIn(block, at), postingOf(slot, before), postingOf(slot, countIn(block, at, 0)))
    }
    for (let at = 0; at < this.#sums.length; at += 1) this.#sums[at] = (this.#sums[at] as number) * factor
    this.#base = base
    this.#weights.clear()
    this.#columns.clear()
  }

  #slotOf(partnerId: PartnerId): number {
    const known = this.#slots.get(partnerId)
    if (known !== undefined) return known
    const slot = this.#slots.size
    this.#slots.set(partnerId, slot)
    this.#partners[slot] = partnerId
    this.#blocks[slot] = noTerms
    return slot
  }

  #termSlotOf(hash: number): number {
    const known = this.#termSlots.get(hash)
    if (known !== undefined) return known
    const term = this.#postings.create()
    this.#termSlots.set(hash, term)
    if ((term + 1) * width > this.#sums.length) {
      const sums = new Float64Array(this.#sums.length * 2)
      sums.set(this.#sums)
      this.#sums = sums
      const asked = new Int32Array(this.#asked.length * 2)
      asked.set(this.#asked)
      this.#asked = asked
    }
    return term
  }
}

/** By a constructor, not as a literal: see `Unpacked` in packed-interest.ts. */
class Wanted {
  readonly of: TermInterest
  readonly term: number

  constructor(of: TermInterest, term: number) {
    this.of = of
    this.term = term
  }
}

function byTerm(left: Wanted, right: Wanted): number {
  return left.term - right.term
}

/** In a list, as it may not be there. */
function heldIn({ terms }: Interest, hash: number): readonly TermInterest[] {
  const held = terms[placeOf(terms, hash)]
  return held?.hash === hash ? [held] : []
}

const none = -1
/** A power of two. */
const sieveSize = 4096
const noCounts = new Float64Array(width)

function postingOf(slot: number, accepted: number): number {
  return 2 * slot + (accepted > 0 ? 1 : 0)
}

/** Of all partners, the share (one in so many) from which on a term has a column: what it takes is as much as its list, or so. */
const columnFrom = 8
/** Answers looked through to find partners by. */
const mostLookedThrough = 2000
/** Half-lives that the table's day may be behind. */
const farthest = 40

function byPlace(left: { readonly at: number }, right: { readonly at: number }): number {
  return left.at - right.at
}

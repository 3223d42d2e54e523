import type { PartnerId } from '../domain/ids.ts'
import { IntLists } from '../matching/int-lists.ts'
import type { Term } from '../matching/terms.ts'
import { type AskedTerms, bandTerm } from './asked.ts'
import { type Counter, datedCounts } from './buckets.ts'
import { hashOf } from './hash.ts'
import { bucketsIn, type Interest, placeOf } from './interest.ts'
import { type AskedBefore, type Likeness, noLikeness, type TermTally, termCounts } from './likeness.ts'
import { one } from './millionths.ts'

/** What is held of a term: the order of `termCounts`. */
const width = termCounts.length
const none = -1

/** One RFI met with the table: valid until the table is next asked or changed. */
export interface Asking {
  readonly askedBefore: AskedBefore
  /** Of these terms, how many are so common among many partners that nobody is found by them. */
  readonly common: number
  /** Partners that accepted something under one of the others, in no order. */
  partners(): readonly PartnerId[]
  /** Whether anything is known of a partner at all. */
  knows(partnerId: PartnerId): boolean
  of(partnerId: PartnerId): Likeness
}

/**
 * All partners' interests in memory, in typed arrays: an entry for each partner and term, in a list by partner and in one
 * by term. Counts are held decayed to one day by one half-life, which is enough to read them at any day, as decay is the
 * same factor for all.
 */
export class InterestTable {
  readonly #halfLifeDays: number
  /** The half-life, counted from 1970, to whose start counts are decayed; null while the table is empty. */
  #base: number | null = null
  readonly #slots = new Map<PartnerId, number>()
  readonly #partners: PartnerId[] = []
  /** By partner: its first entry. */
  #first = new Int32Array(256).fill(none)
  readonly #termSlots = new Map<number, number>()
  /** By term: its entries. */
  readonly #postings = new IntLists()
  /** By term: sums over all partners, `width` each. */
  #sums = new Float64Array(256 * width)
  /** By entry: partner, term, the partner's next entry, counts. */
  #partnerOf = new Int32Array(1024)
  #termOf = new Int32Array(1024)
  #next = new Int32Array(1024)
  #counts = new Float32Array(1024 * width)
  #entries = 0
  readonly #free: number[] = []
  /** Of the query under way, by term: its place in the query, + 1. */
  #asked = new Int32Array(256)
  #marked: readonly number[] = []
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
    const hashes = changed ?? interest.terms.map(({ hash }) => hash)
    const wanted = new Map(hashes.map(hash => [this.#termSlotOf(hash), hash]))
    const gone: number[] = []
    for (let entry = this.#first[slot] as number; entry !== none; entry = this.#next[entry] as number) {
      const term = this.#termOf[entry] as number
      const hash = wanted.get(term)
      if (hash === undefined) {
        if (changed === undefined) gone.push(entry)
        continue
      }
      wanted.delete(term)
      const held = interest.terms[placeOf(interest.terms, hash)]
      if (held?.hash === hash) this.#put(entry, term, this.#decayed(bucketsIn(held)))
      else gone.push(entry)
    }
    for (const [term, hash] of wanted) {
      const held = interest.terms[placeOf(interest.terms, hash)]
      if (held?.hash === hash) this.#put(this.#add(slot, term), term, this.#decayed(bucketsIn(held)))
    }
    for (const entry of gone) this.#remove(slot, this.#termOf[entry] as number, entry)
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
    const telling = this.#rarest(found.map(({ slot }) => slot))
    let gathered: Map<number, Likeness> | null = null
    const check = () => {
      if (this.#edition !== edition) throw new Error('an asking read after the table went on')
    }
    return {
      askedBefore,
      common: found.length - telling.length,
      knows: partnerId => this.#slots.has(partnerId),
      partners: () => {
        check()
        return this.#sharing(telling)
      },
      of: partnerId => {
        check()
        const slot = this.#slots.get(partnerId)
        if (slot === undefined || marked.length === 0) return noLikeness
        if (!everybody) return this.#likeness(slot, marked, found.length, scale)
        gathered ??= this.#gather(marked, found.length, scale)
        return gathered.get(slot) ?? noLikeness
      },
    }
  }

  /** Each query marks its terms once, and takes the marks of the one before away. */
  #mark(slots: readonly number[]): void {
    if (this.#marked === slots) return
    for (const slot of this.#marked) this.#asked[slot] = 0
    for (const [at, slot] of slots.entries()) this.#asked[slot] = at + 1
    this.#marked = slots
  }

  /** By the partner's own list: for few partners of many. */
  #likeness(slot: number, marked: readonly number[], terms: number, scale: number): Likeness {
    this.#mark(marked)
    const likeness = newLikeness()
    for (let entry = this.#first[slot] as number; entry !== none; entry = this.#next[entry] as number) {
      const at = (this.#asked[this.#termOf[entry] as number] as number) - 1
      if (at >= 0) this.#note(likeness, entry, at, terms, scale)
    }
    likeness.terms.sort(byPlace)
    likeness.bands.sort(byPlace)
    return likeness
  }

  /** By the terms' lists: for all partners at once. */
  #gather(marked: readonly number[], terms: number, scale: number): Map<number, Likeness> {
    const found = new Map<number, ReturnType<typeof newLikeness>>()
    for (const [at, term] of marked.entries()) {
      for (const entry of this.#postings.view(term)) {
        const slot = this.#partnerOf[entry] as number
        let likeness = found.get(slot)
        if (likeness === undefined) {
          likeness = newLikeness()
          found.set(slot, likeness)
        }
        this.#note(likeness, entry, at, terms, scale)
      }
    }
    return found
  }

  #note(
    { terms, bands }: ReturnType<typeof newLikeness>,
    entry: number,
    at: number,
    ofTerms: number,
    scale: number,
  ): void {
    const from = entry * width
    const of = (place: number) => Math.round((this.#counts[from + place] as number) * scale)
    if (at >= ofTerms) bands.push({ at: at - ofTerms, accepted: of(0), won: of(4) })
    else
      terms.push({
        at,
        accepted: of(0),
        closed: of(1),
        answeredInHour: of(2),
        answeredInDay: of(3),
        won: of(4),
        ended: of(5),
        fitting: of(6),
      })
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
      for (const entry of this.#postings.view(term)) {
        if ((this.#counts[entry * width] as number) > 0) found.add(this.#partnerOf[entry] as number)
      }
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

  /** Counts decayed to the table's day, in the order of `termCounts`. */
  #decayed(buckets: ReturnType<typeof bucketsIn>): Float64Array {
    const sums = new Float64Array(width)
    if (buckets.latestDay === null) return sums
    const latest = Math.floor(buckets.latestDay / this.#halfLifeDays)
    this.#base ??= latest
    // Far from its day the table would run out of range.
    if (latest - this.#base > farthest) this.#moveTo(latest)
    for (const { at, counts } of datedCounts(buckets)) {
      const weight = this.#weightAt(at, this.#base)
      const of = (counter: Counter) => counts[counter] ?? 0
      const declined = of('declinedFit') + of('declinedCustomer') + of('declinedOther')
      const over = declined + of('silent')
      sums[0] = (sums[0] as number) + weight * of('accepted')
      sums[1] = (sums[1] as number) + weight * (of('accepted') + over)
      sums[2] = (sums[2] as number) + weight * of('answeredInHour')
      sums[3] = (sums[3] as number) + weight * of('answeredInDay')
      sums[4] = (sums[4] as number) + weight * of('won')
      sums[5] =
        (sums[5] as number) +
        weight * (over + of('won') + of('lostFit') + of('lostCustomer') + of('lostOther'))
      sums[6] = (sums[6] as number) + weight * (of('accepted') + over - of('declinedFit'))
    }
    return sums
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

  #moveTo(base: number): void {
    const factor = 2 ** ((this.#base ?? base) - base)
    for (let at = 0; at < this.#entries * width; at += 1)
      this.#counts[at] = (this.#counts[at] as number) * factor
    for (let at = 0; at < this.#sums.length; at += 1) this.#sums[at] = (this.#sums[at] as number) * factor
    this.#base = base
  }

  #put(entry: number, term: number, counts: Float64Array): void {
    for (let at = 0; at < width; at += 1) {
      const place = entry * width + at
      const before = this.#counts[place] as number
      this.#counts[place] = counts[at] as number
      // What is held is what is summed, in 32 bits as it lies there.
      const sum = (this.#sums[term * width + at] as number) + (this.#counts[place] as number) - before
      this.#sums[term * width + at] = Math.max(0, sum)
    }
  }

  #add(slot: number, term: number): number {
    const entry = this.#free.pop() ?? this.#entries++
    if (entry >= this.#termOf.length) this.#growEntries()
    this.#partnerOf[entry] = slot
    this.#termOf[entry] = term
    this.#next[entry] = this.#first[slot] as number
    this.#first[slot] = entry
    this.#counts.fill(0, entry * width, (entry + 1) * width)
    this.#postings.push(term, entry)
    return entry
  }

  #remove(slot: number, term: number, entry: number): void {
    this.#put(entry, term, new Float64Array(width))
    let before = none
    for (let at = this.#first[slot] as number; at !== entry; at = this.#next[at] as number) before = at
    if (before === none) this.#first[slot] = this.#next[entry] as number
    else this.#next[before] = this.#next[entry] as number
    this.#postings.remove(term, entry)
    this.#free.push(entry)
  }

  #slotOf(partnerId: PartnerId): number {
    const known = this.#slots.get(partnerId)
    if (known !== undefined) return known
    const slot = this.#slots.size
    if (slot >= this.#first.length) {
      const more = new Int32Array(this.#first.length * 2).fill(none)
      more.set(this.#first)
      this.#first = more
    }
    this.#slots.set(partnerId, slot)
    this.#partners[slot] = partnerId
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

  #growEntries(): void {
    const length = Math.ceil(this.#termOf.length * 1.5)
    const grown = <T extends Int32Array | Float32Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    this.#partnerOf = grown(this.#partnerOf, new Int32Array(length))
    this.#termOf = grown(this.#termOf, new Int32Array(length))
    this.#next = grown(this.#next, new Int32Array(length))
    this.#counts = grown(this.#counts, new Float32Array(length * width))
  }
}

function newLikeness(): { terms: Likeness['terms'][number][]; bands: Likeness['bands'][number][] } {
  return { terms: [], bands: [] }
}

/** Answers looked through to find partners by. */
const mostLookedThrough = 2000
/** Half-lives that the table's day may be behind. */
const farthest = 40

function byPlace(left: { readonly at: number }, right: { readonly at: number }): number {
  return left.at - right.at
}

/** Half octaves to either side that a deal may lie and still be about as large. */
const reach = 5
/** Of the kernel, in half octaves. */
const spread = 1.5

/** The bands around a budget, each with the value of a normal kernel at its middle. Nearness in millionths. */
export function bandsNear(position: number): readonly { readonly band: number; readonly nearness: number }[] {
  const middle = Math.floor(position)
  return Array.from({ length: 2 * reach + 1 }, (_, at) => {
    const band = middle - reach + at
    const distance = (band + 0.5 - position) / spread
    return { band, nearness: Math.round(one * Math.exp(-0.5 * distance * distance)) }
  })
}

import type { Profile } from '../domain/profile.ts'
import { compileSizeOptOut } from '../domain/sizes.ts'
import { grown, IntLists } from './int-lists.ts'
import type { NameTable } from './name-table.ts'
import { PairTable } from './pair-table.ts'
import { anyRegion, Partitions, wholeCountry } from './partitions.ts'
import { lengthFactor } from './relevance.ts'
import { formsOfProfile } from './terms.ts'

/** What `lists` says of a pair that no profile has. */
export const nowhere = -1

/**
 * Most lists would have one entry: such a slot stands in place of the list's number, as a number below -1. Its own inverse.
 */
export function single(slot: number): number {
  return -2 - slot
}

/**
 * The published profiles of one country, each in a slot, and for each term and partition the slots that have it. Slots
 * are small numbers, used again, so that sums over them fit into typed arrays.
 */
export class CountryIndex {
  /** Terms of all countries. */
  readonly terms: NameTable
  readonly partitions = new Partitions()
  readonly postings = new IntLists()
  /** (number of a term, of a partition) → its list in `postings`, or `single` of the only slot. */
  readonly lists = new PairTable()
  /** By slot, the numbers of a profile's terms in all their forms. A slot is this list's number. */
  readonly numbers = new IntLists()
  readonly bySlot: (Profile | undefined)[] = []
  /** By slot: number of terms, one for each word. */
  termCounts = new Int32Array(256)
  /** The same up to 255, which is where it stops: what a query reads, as each line of memory it reads is a wait. */
  shortCounts = new Uint8Array(256)
  /** By slot: sizes of customer opted out of, as `compileSizeOptOut` has them. */
  optOuts = new Uint16Array(256)
  readonly #partitionsOf: (readonly number[])[] = []
  profiles = 0
  totalTerms = 0
  #factors: Float64Array | null = null

  constructor(terms: NameTable) {
    this.terms = terms
  }

  add(profile: Profile): number {
    const slot = this.numbers.create()
    if (slot >= this.termCounts.length) {
      this.termCounts = grown(this.termCounts)
      this.shortCounts = grown(this.shortCounts)
      this.optOuts = grown(this.optOuts)
    }
    this.termCounts[slot] = 0
    this.profiles += 1
    this.#change(slot, profile)
    return slot
  }

  replace(slot: number, profile: Profile): void {
    this.#change(slot, profile)
  }

  remove(slot: number): void {
    this.profiles -= 1
    this.#change(slot, undefined)
    this.numbers.release(slot)
  }

  profileIn(slot: number): Profile {
    const profile = this.bySlot[slot]
    if (profile === undefined) throw new Error(`no profile in slot ${slot}`)
    return profile
  }

  /** Whether a profile is for customers of a region; for those without one every profile is. */
  serves(slot: number, region: string | null): boolean {
    const partitions = this.#partitionsOf[slot] ?? []
    if (partitions.length === 0) return false
    if (region === null || partitions[0] === wholeCountry) return true
    const number = this.partitions.ofRegion(region)
    return number !== undefined && partitions.includes(number)
  }

  /** `lengthFactor` of profiles with fewer than 255 terms, by their number. */
  get factors(): Float64Array {
    this.#factors ??= Float64Array.from({ length: 255 }, (_, length) => lengthFactor(length, this))
    return this.#factors
  }

  /** Profiles that have a term, by its number. */
  frequencyOf(number: number): number {
    return (
      this.lengthOf(this.lists.get(number, wholeCountry)) + this.lengthOf(this.lists.get(number, anyRegion))
    )
  }

  /** @param list - a value of `lists` */
  lengthOf(list: number): number {
    return list >= 0 ? this.postings.length(list) : list === nowhere ? 0 : 1
  }

  /** Touches only the postings that differ: most profiles that come again have changed little. */
  #change(slot: number, profile: Profile | undefined): void {
    const had = new Set(this.numbers.view(slot))
    const from = this.#partitionsOf[slot] ?? []
    const to = profile === undefined ? [] : this.partitions.enter(profile)
    const entered = to.filter(partition => !from.includes(partition))
    const left = from.filter(partition => !to.includes(partition))

    const forms = profile === undefined ? [] : formsOfProfile(profile)
    const kept = new Set<number>()
    for (const term of new Set(forms.flat())) {
      const known = this.terms.numberOf(term)
      if (known !== undefined && had.has(known)) {
        kept.add(known)
        for (const partition of entered) this.#post(known, partition, slot)
        for (const partition of left) this.#unpost(known, partition, slot)
      } else {
        const number = this.terms.add(term)
        this.numbers.push(slot, number)
        for (const partition of to) this.#post(number, partition, slot)
      }
    }
    for (const number of had) {
      if (kept.has(number)) continue
      for (const partition of from) this.#unpost(number, partition, slot)
      this.numbers.remove(slot, number)
      this.terms.remove(number)
    }
    this.partitions.leave(from)

    this.#factors = null
    this.#partitionsOf[slot] = to
    this.totalTerms += forms.length - (this.termCounts[slot] ?? 0)
    this.termCounts[slot] = forms.length
    this.shortCounts[slot] = Math.min(255, forms.length)
    this.optOuts[slot] = profile === undefined ? 0 : compileSizeOptOut(profile.sizeOptOut)
    this.bySlot[slot] = profile
  }

  #post(number: number, partition: number, slot: number): void {
    const list = this.lists.get(number, partition)
    if (list === nowhere) this.lists.set(number, partition, single(slot))
    else if (list >= 0) this.postings.push(list, slot)
    else {
      const made = this.postings.create()
      this.postings.push(made, single(list))
      this.postings.push(made, slot)
      this.lists.set(number, partition, made)
    }
  }

  #unpost(number: number, partition: number, slot: number): void {
    const list = this.lists.get(number, partition)
    if (list === single(slot)) this.lists.delete(number, partition)
    else if (list < 0) throw new Error(`slot ${slot} has no term ${number} in partition ${partition}`)
    else {
      this.postings.remove(list, slot)
      if (this.postings.length(list) > 1) return
      this.lists.set(number, partition, single(this.postings.view(list)[0] as number))
      this.postings.release(list)
    }
  }
}

import type { Profile } from '../domain/profile.ts'
import { compileSizeOptOut } from '../domain/sizes.ts'
import { grown, IntLists } from './int-lists.ts'
import { NameTable } from './name-table.ts'
import { PairTable } from './pair-table.ts'
import { partitionsOf } from './partitions.ts'
import { averageOf, lengthFactor } from './relevance.ts'
import { formsOfProfile } from './terms.ts'

/**
 * The published profiles of one country, each in a slot, and for each partition and term the slots that have it. Slots
 * are small numbers, used again, so that sums over them fit into typed arrays.
 */
export class CountryIndex {
  readonly terms = new NameTable()
  readonly partitions = new NameTable()
  readonly postings = new IntLists()
  /** (number of a term, of a partition) → its list in `postings`. */
  readonly lists = new PairTable()
  /** By slot, the numbers of a profile's terms in all their forms. A slot is this list's number. */
  readonly numbers = new IntLists()
  readonly bySlot: (Profile | undefined)[] = []
  /** By slot: number of terms, one for each word. */
  termCounts = new Int32Array(256)
  /** By slot: sizes of customer opted out of, as `compileSizeOptOut` has them. */
  optOuts = new Int32Array(256)
  profiles = 0
  totalTerms = 0
  #factors: Float64Array | null = null

  add(profile: Profile): number {
    const slot = this.numbers.create()
    if (slot >= this.termCounts.length) {
      this.termCounts = grown(this.termCounts)
      this.optOuts = grown(this.optOuts)
    }
    this.termCounts[slot] = 0
    this.profiles += 1
    this.#change(slot, undefined, profile)
    return slot
  }

  replace(slot: number, profile: Profile): void {
    this.#change(slot, this.profileIn(slot), profile)
  }

  remove(slot: number): void {
    this.profiles -= 1
    this.#change(slot, this.profileIn(slot), undefined)
    this.numbers.release(slot)
  }

  profileIn(slot: number): Profile {
    const profile = this.bySlot[slot]
    if (profile === undefined) throw new Error(`no profile in slot ${slot}`)
    return profile
  }

  get averageTerms(): number {
    return averageOf(this.totalTerms, this.profiles)
  }

  /** `lengthFactor` of profiles with fewer than 256 terms, by their number. */
  get factors(): Float64Array {
    const { averageTerms } = this
    this.#factors ??= Float64Array.from({ length: 256 }, (_, length) => lengthFactor(length, averageTerms))
    return this.#factors
  }

  /** Touches only the postings that differ: most profiles that come again have changed little. */
  #change(slot: number, before: Profile | undefined, after: Profile | undefined): void {
    const had = new Set(this.numbers.view(slot))
    const from =
      before === undefined ? [] : partitionsOf(before).map(key => this.partitions.numberOf(key) ?? fail(key))
    const to = after === undefined ? [] : partitionsOf(after).map(key => this.partitions.add(key))
    const entered = to.filter(partition => !from.includes(partition))
    const left = from.filter(partition => !to.includes(partition))

    const forms = after === undefined ? [] : formsOfProfile(after)
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
    for (const partition of from) this.partitions.remove(partition)

    this.#factors = null
    this.totalTerms += forms.length - (this.termCounts[slot] ?? 0)
    this.termCounts[slot] = forms.length
    this.optOuts[slot] = after === undefined ? 0 : compileSizeOptOut(after.sizeOptOut)
    this.bySlot[slot] = after
  }

  #post(number: number, partition: number, slot: number): void {
    let list = this.lists.get(number, partition)
    if (list < 0) {
      list = this.postings.create()
      this.lists.set(number, partition, list)
    }
    this.postings.push(list, slot)
  }

  #unpost(number: number, partition: number, slot: number): void {
    const list = this.lists.get(number, partition)
    if (list < 0) throw new Error(`partition ${partition} has no term ${number}`)
    this.postings.remove(list, slot)
    if (this.postings.length(list) > 0) return
    this.postings.release(list)
    this.lists.delete(number, partition)
  }
}

function fail(partition: string): never {
  throw new Error(`no partition ${partition}`)
}

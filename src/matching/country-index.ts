import type { Profile } from '../domain/profile.ts'
import { compileSizeOptOut } from '../domain/sizes.ts'
import { grown, IntLists } from './int-lists.ts'
import { partitionsOf } from './partitions.ts'
import { TermTable } from './term-table.ts'
import { formsOfProfile } from './terms.ts'

export interface Partition {
  /** Published profiles listed here. */
  profiles: number
  /** Number of a term → its list in `postings`. */
  readonly lists: Map<number, number>
}

const nowhere: readonly string[] = []

/**
 * The published profiles of one country, each in a slot, and for each partition and term the slots that have it. Slots
 * are small numbers, used again, so that sums over them fit into typed arrays.
 */
export class CountryIndex {
  readonly terms = new TermTable()
  readonly postings = new IntLists()
  /** By slot, the numbers of a profile's terms in all their forms. A slot is this list's number. */
  readonly numbers = new IntLists()
  readonly partitions = new Map<string, Partition>()
  readonly bySlot: (Profile | undefined)[] = []
  /** By slot: number of terms, one for each word. */
  termCounts = new Int32Array(256)
  /** By slot: sizes of customer opted out of, as `compileSizeOptOut` has them. */
  optOuts = new Int32Array(256)
  profiles = 0
  totalTerms = 0

  add(profile: Profile): number {
    const slot = this.numbers.create()
    if (slot >= this.termCounts.length) {
      this.termCounts = grown(this.termCounts)
      this.optOuts = grown(this.optOuts)
    }
    this.termCounts[slot] = 0
    this.profiles += 1
    this.#change(slot, nowhere, profile)
    return slot
  }

  replace(slot: number, profile: Profile): void {
    const before = this.bySlot[slot]
    if (before === undefined) throw new Error(`no profile in slot ${slot}`)
    this.#change(slot, partitionsOf(before), profile)
  }

  remove(slot: number): void {
    const before = this.bySlot[slot]
    if (before === undefined) throw new Error(`no profile in slot ${slot}`)
    this.#change(slot, partitionsOf(before), undefined)
    this.numbers.release(slot)
    this.profiles -= 1
  }

  /** Touches only the postings that differ: most profiles that come again have changed little. */
  #change(slot: number, before: readonly string[], profile: Profile | undefined): void {
    const after = profile === undefined ? nowhere : partitionsOf(profile)
    const forms = profile === undefined ? [] : formsOfProfile(profile)
    const had = new Set(this.numbers.view(slot))
    const kept = new Set<number>()
    const entered = after.filter(partition => !before.includes(partition))
    const left = before.filter(partition => !after.includes(partition))

    for (const term of new Set(forms.flat())) {
      const known = this.terms.numberOf(term)
      if (known !== undefined && had.has(known)) {
        kept.add(known)
        for (const partition of entered) this.#post(partition, known, slot)
        for (const partition of left) this.#unpost(partition, known, slot)
      } else {
        const number = this.terms.add(term)
        this.numbers.push(slot, number)
        for (const partition of after) this.#post(partition, number, slot)
      }
    }
    for (const number of had) {
      if (kept.has(number)) continue
      for (const partition of before) this.#unpost(partition, number, slot)
      this.numbers.remove(slot, number)
      this.terms.remove(number)
    }
    for (const partition of entered) this.#partition(partition).profiles += 1
    for (const partition of left) this.#leave(partition)

    this.totalTerms += forms.length - (this.termCounts[slot] ?? 0)
    this.termCounts[slot] = forms.length
    this.optOuts[slot] = profile === undefined ? 0 : compileSizeOptOut(profile.sizeOptOut)
    this.bySlot[slot] = profile
  }

  #post(key: string, number: number, slot: number): void {
    const { lists } = this.#partition(key)
    let list = lists.get(number)
    if (list === undefined) {
      list = this.postings.create()
      lists.set(number, list)
    }
    this.postings.push(list, slot)
  }

  #unpost(key: string, number: number, slot: number): void {
    const { lists } = this.#partition(key)
    const list = lists.get(number)
    if (list === undefined) throw new Error(`partition ${key} has no term ${number}`)
    this.postings.remove(list, slot)
    if (this.postings.length(list) > 0) return
    this.postings.release(list)
    lists.delete(number)
  }

  #leave(key: string): void {
    const partition = this.#partition(key)
    partition.profiles -= 1
    if (partition.profiles === 0) this.partitions.delete(key)
  }

  #partition(key: string): Partition {
    const known = this.partitions.get(key)
    if (known !== undefined) return known
    const partition: Partition = { profiles: 0, lists: new Map() }
    this.partitions.set(key, partition)
    return partition
  }
}

import type { Profile } from '../domain/profile.ts'
import { normalizeRegion } from '../domain/regions.ts'
import { NameTable } from './name-table.ts'

/**
 * Where a published profile is listed within its country: under "whole country", or under each of its regions and "any
 * region". So whatever is asked, one profile is met in one place only: a customer in a region looks under that region and
 * "whole country", one without a region under "any region" and "whole country". These two have every profile once.
 */
export const wholeCountry = 0
export const anyRegion = 1
const regionsFrom = 2

/** The partitions of one country as numbers, and how many profiles are in each. */
export class Partitions {
  readonly #regions = new NameTable()
  readonly #sizes = [0, 0]

  get regions(): number {
    return this.#regions.size
  }

  profilesIn(partition: number): number {
    return this.#sizes[partition] ?? this.#regions.frequencies[partition - regionsFrom] ?? 0
  }

  /** Undefined when no profile serves the region. */
  ofRegion(region: string): number | undefined {
    const number = this.#regions.numberOf(region)
    return number === undefined ? undefined : number + regionsFrom
  }

  /** Where a profile is listed; it is counted there until `leave`. */
  enter(profile: Profile): number[] {
    const served = new Set(profile.serves.regions.map(region => normalizeRegion(profile.country, region)))
    served.delete('')
    const everywhere = served.size === 0 ? wholeCountry : anyRegion
    this.#sizes[everywhere] = (this.#sizes[everywhere] ?? 0) + 1
    return [everywhere, ...Array.from(served, region => this.#regions.add(region) + regionsFrom)]
  }

  leave(partitions: readonly number[]): void {
    for (const partition of partitions) {
      if (partition >= regionsFrom) this.#regions.remove(partition - regionsFrom)
      else this.#sizes[partition] = (this.#sizes[partition] ?? 0) - 1
    }
  }
}

import type { PartnerId, ProfileId } from '../domain/ids.ts'
import type { Profile, ProfileState } from '../domain/profile.ts'
import { Accumulators } from './accumulators.ts'
import { relevanceAsIf } from './as-if.ts'
import { CountryIndex } from './country-index.ts'
import { holdProfile } from './held-profile.ts'
import { eligibleIn, findIn, namedOf, topOf } from './match.ts'
import type { Matches, Relevance } from './matches.ts'
import { NameTable } from './name-table.ts'
import type { Query } from './query.ts'
import { type RefusalCode, refusalCodes } from './refusals.ts'

export type { Match, MatchedTerm, Matches, NamedRefusal, PopulationFigures, Relevance } from './matches.ts'

export interface Indexed {
  readonly profile: Profile
  readonly state: ProfileState
}

interface Entry extends Indexed {
  /** In its country's index; null unless published. */
  readonly slot: number | null
}

/**
 * Every profile that is known, the published ones searchable. Changed in place, profile by profile; synchronous and for
 * one thread.
 */
export class ProfileIndex {
  readonly #entries = new Map<ProfileId, Entry>()
  /** Most partners have one, which stands for itself. */
  readonly #byPartner = new Map<PartnerId, ProfileId | readonly ProfileId[]>()
  readonly #terms = new NameTable()
  readonly #countries = new Map<string, CountryIndex>()
  readonly #states: Record<ProfileState, number> = { published: 0, paused: 0, withdrawn: 0 }
  readonly #space = new Accumulators()
  /** Raised by whatever makes earlier `Matches` unreadable. */
  #edition = 0

  /** Known profiles, of whatever state. */
  get size(): number {
    return this.#entries.size
  }

  get(profileId: ProfileId): Indexed | undefined {
    return this.#entries.get(profileId)
  }

  /** In the order of their ids. */
  ofPartner(partnerId: PartnerId): readonly Indexed[] {
    const found: Indexed[] = []
    for (const profileId of this.#idsOf(partnerId)) {
      const entry = this.#entries.get(profileId)
      if (entry !== undefined) found.push(entry)
    }
    return found
  }

  /** Adds a profile or replaces the one of the same id. Paused and withdrawn ones stay known but are never matched. */
  put(put: Profile, state: ProfileState): void {
    const profile = holdProfile(put)
    this.#edition += 1
    const before = this.#entries.get(profile.profileId)
    const slot = this.#place(before, profile, state)
    this.#entries.set(profile.profileId, { profile, state, slot })
    this.#states[state] += 1
    if (before !== undefined) this.#states[before.state] -= 1
    if (before?.profile.partnerId === profile.partnerId) return
    if (before !== undefined) this.#forgetPartner(before.profile)
    const ids = this.#idsOf(profile.partnerId)
    this.#byPartner.set(
      profile.partnerId,
      ids.length === 0 ? profile.profileId : [...ids, profile.profileId].sort(),
    )
  }

  match(query: Query): Matches {
    this.#edition += 1
    const edition = this.#edition
    const check = () => {
      if (this.#edition !== edition) throw new Error('matches read after the index went on')
    }
    const index = this.#countries.get(query.country) ?? new CountryIndex(this.#terms)
    const space = this.#space
    const found = findIn(index, query, space)
    const { published, paused, withdrawn } = this.#states
    const { eligibleCount, refusedCount } = space
    return {
      population: found.population,
      maximum: found.maximum,
      count: eligibleCount,
      top: k => {
        check()
        return topOf(index, found, space, k, check)
      },
      eligible: profileId => {
        check()
        const entry = this.#entries.get(profileId)
        if (entry === undefined || entry.slot === null || entry.profile.country !== query.country) return null
        return eligibleIn(index, found, { query, space, slot: entry.slot, check })
      },
      everyone: () => {
        check()
        return index.bySlot.flatMap((profile, slot) =>
          profile === undefined ? [] : (eligibleIn(index, found, { query, space, slot, check }) ?? []),
        )
      },
      refused: {
        ...noRefusals,
        withdrawn,
        paused,
        country: published - index.profiles,
        region: index.profiles - found.inScope,
        size: refusedCount,
        'no-match': found.inScope - found.met,
      },
      get named() {
        check()
        return namedOf(index, space)
      },
    }
  }

  /**
   * What `match` would find for one profile if it were put in as published, whether it is in, was in with other tags, or
   * never was. Eligibility isn't looked at.
   */
  relevance(query: Query, profile: Profile): Relevance {
    const index = this.#countries.get(query.country) ?? new CountryIndex(this.#terms)
    const entry = this.#entries.get(profile.profileId)
    const slot = entry?.profile.country === query.country ? entry.slot : null
    return relevanceAsIf(index, query, profile, slot)
  }

  /** Moves a profile to where its new state and country want it; its slot there. */
  #place(before: Entry | undefined, profile: Profile, state: ProfileState): number | null {
    const wanted = state === 'published' ? profile.country : null
    if (before !== undefined && before.slot !== null) {
      const index = this.#country(before.profile.country)
      if (before.profile.country === wanted) {
        index.replace(before.slot, profile)
        return before.slot
      }
      index.remove(before.slot)
      if (index.profiles === 0) this.#countries.delete(before.profile.country)
    }
    return wanted === null ? null : this.#country(wanted).add(profile)
  }

  #country(country: string): CountryIndex {
    const known = this.#countries.get(country)
    if (known !== undefined) return known
    const index = new CountryIndex(this.#terms)
    this.#countries.set(country, index)
    return index
  }

  #forgetPartner({ partnerId, profileId }: Profile): void {
    const [first, ...more] = this.#idsOf(partnerId).filter(id => id !== profileId)
    if (first === undefined) this.#byPartner.delete(partnerId)
    else this.#byPartner.set(partnerId, more.length === 0 ? first : [first, ...more])
  }

  #idsOf(partnerId: PartnerId): readonly ProfileId[] {
    const ids = this.#byPartner.get(partnerId)
    return ids === undefined ? [] : typeof ids === 'string' ? [ids] : ids
  }
}

const noRefusals = Object.fromEntries(refusalCodes.map(code => [code, 0])) as Record<RefusalCode, number>

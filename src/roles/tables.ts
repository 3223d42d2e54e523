import type { PartnerId } from '../domain/ids.ts'
import { ProfileIndex } from '../matching/profile-index.ts'
import { InterestTable } from '../ranking/interest-table.ts'
import { unpackInterest } from '../ranking/packed-interest.ts'
import { addPopulations, type Population } from '../ranking/population.ts'
import { defaultRelease, type Release } from '../ranking/release.ts'
import { noTrackRecord, type TrackRecord, trackRecordOf } from '../ranking/track-record.ts'
import type { Collections } from './collections.ts'
import { releaseHash } from './release-hash.ts'

const defaultHash = releaseHash(defaultRelease)

interface InForce {
  readonly release: Release
  readonly hash: string
}

/** What partners did, held decayed, so by the half-life of one release; and that release. */
interface Earned {
  inForce: InForce
  readonly records: Map<PartnerId, TrackRecord>
  readonly interests: InterestTable
}

/**
 * What routers and projectors hold in memory. The documents come in by following the store (`lanes/follower.ts`);
 * nothing here reads or writes anything.
 *
 * A release with another half-life is in force once all that partners did has been counted by it: until then whoever
 * feeds these tables reads everything again (`coming`), and ranking goes on by the release before.
 */
export class Tables {
  readonly index = new ProfileIndex()
  readonly #populations = new Map<string, Population>()
  readonly #releases = new Map<string, InForce>()
  #population: Population | null = null
  #earned = nothingEarned({ release: defaultRelease, hash: defaultHash })
  #coming: Earned | null = null

  applyProfile({ profile, state }: Collections['profiles']): void {
    this.index.put(profile, state)
  }

  applyWeights({ _id, release, hash }: Collections['weights']): void {
    if (release === null || hash === null) this.#releases.delete(_id)
    else this.#releases.set(_id, { release, hash })
    const live = this.#releases.get('live') ?? { release: defaultRelease, hash: defaultHash }
    const { halfLifeDays } = live.release.parameters
    if (halfLifeDays === this.#earned.interests.halfLifeDays) {
      this.#earned.inForce = live
      this.#coming = null
    } else if (halfLifeDays === this.#coming?.interests.halfLifeDays) this.#coming.inForce = live
    else this.#coming = nothingEarned(live)
    // Nothing has been counted yet that would have to be counted again.
    if (this.#earned.records.size === 0 && this.#earned.interests.size === 0) this.complete()
  }

  /** Told apart by identity: another one is filled from the start. Null when nothing is to be read again. */
  get coming(): object | null {
    return this.#coming
  }

  /** All has been read since `coming` came: from now on it counts. */
  complete(): void {
    this.#earned = this.#coming ?? this.#earned
    this.#coming = null
  }

  applyPartner({ _id, evidence }: Collections['partners']): void {
    for (const { records, interests } of this.#filled())
      records.set(_id, trackRecordOf(evidence, interests.halfLifeDays))
  }

  applyInterest(row: Collections['interests']): void {
    for (const { interests } of this.#filled()) interests.apply(unpackInterest(row._id, row))
  }

  #filled(): readonly Earned[] {
    return this.#coming === null ? [this.#earned] : [this.#earned, this.#coming]
  }

  /** What partners did under the terms of their RFIs, decayed by the half-life of the release in force. */
  get interests(): InterestTable {
    return this.#earned.interests
  }

  applyCell(cell: Collections['cells']): void {
    if (cell.kind !== 'population') return
    this.#populations.set(cell._id, cell.population)
    this.#population = null
  }

  /** Of a partner's evidence what rates read; by the half-life of the release in force. */
  readonly recordOf = (partnerId: PartnerId): TrackRecord =>
    this.#earned.records.get(partnerId) ?? noTrackRecord(this.release.parameters.halfLifeDays)

  /** Partial sums of all projector lanes, added up. */
  get population(): Population {
    this.#population ??= addPopulations([...this.#populations.values()])
    return this.#population
  }

  /** The release in force: the one shipped until a live one arrives. */
  get release(): Release {
    return this.#earned.inForce.release
  }

  get releaseHash(): string {
    return this.#earned.inForce.hash
  }
}

function nothingEarned(inForce: InForce): Earned {
  return {
    inForce,
    records: new Map(),
    interests: new InterestTable(inForce.release.parameters.halfLifeDays),
  }
}

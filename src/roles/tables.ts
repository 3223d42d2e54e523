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

/**
 * What routers and projectors hold in memory. The documents come in by following the store (`lanes/follower.ts`);
 * nothing here reads or writes anything.
 */
export class Tables {
  readonly index = new ProfileIndex()
  readonly #records = new Map<PartnerId, TrackRecord>()
  readonly #populations = new Map<string, Population>()
  readonly #releases = new Map<string, { readonly release: Release; readonly hash: string }>()
  #population: Population | null = null
  #interests = new InterestTable(defaultRelease.parameters.halfLifeDays)

  applyProfile({ profile, state }: Collections['profiles']): void {
    this.index.put(profile, state)
  }

  applyWeights({ _id, release, hash }: Collections['weights']): void {
    if (release === null || hash === null) this.#releases.delete(_id)
    else this.#releases.set(_id, { release, hash })
    const { halfLifeDays } = this.release.parameters
    // Counts are held decayed, so another half-life begins an empty table: whoever feeds it reads everything again.
    if (halfLifeDays !== this.#interests.halfLifeDays) this.#interests = new InterestTable(halfLifeDays)
  }

  applyPartner({ _id, evidence }: Collections['partners']): void {
    this.#records.set(_id, trackRecordOf(evidence, this.release.parameters.halfLifeDays))
  }

  applyInterest(row: Collections['interests']): void {
    this.#interests.apply(unpackInterest(row._id, row))
  }

  /** What partners did under the terms of their RFIs, decayed by the half-life of the release in force. */
  get interests(): InterestTable {
    return this.#interests
  }

  applyCell(cell: Collections['cells']): void {
    if (cell.kind !== 'population') return
    this.#populations.set(cell._id, cell.population)
    this.#population = null
  }

  /** Of a partner's evidence what rates read; by the half-life of the release that was in force when it came in. */
  readonly recordOf = (partnerId: PartnerId): TrackRecord =>
    this.#records.get(partnerId) ?? noTrackRecord(this.release.parameters.halfLifeDays)

  /** Partial sums of all projector lanes, added up. */
  get population(): Population {
    this.#population ??= addPopulations([...this.#populations.values()])
    return this.#population
  }

  /** The release in force: the one shipped until a live one arrives. */
  get release(): Release {
    return this.#releases.get('live')?.release ?? defaultRelease
  }

  get releaseHash(): string {
    return this.#releases.get('live')?.hash ?? defaultHash
  }
}

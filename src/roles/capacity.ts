import type { ProfileId } from '../domain/ids.ts'
import type { Reader } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { Tables } from './tables.ts'

/** Counting one profile costs its open referrals, of which it has no more than its limit. */
const mostRemembered = 500

/**
 * Places left under `maxOpenReferrals`. The version of a profile's `capacity` row is read before its open referrals are
 * counted and bumped by the commit, so of two routers after the last place one meets a conflict and counts again.
 */
export class Capacity {
  readonly #read: Reader<Collections>
  readonly #met: Set<ProfileId>
  readonly #counts = new Map<ProfileId, number>()
  readonly #versions = new Map<ProfileId, number | null>()
  readonly #wanted = new Set<ProfileId>()
  #taken = new Map<ProfileId, number>()

  /** `met` remembers the profiles with a limit from batch to batch: they are counted before the first pass. */
  constructor(read: Reader<Collections>, met: Set<ProfileId>) {
    this.#read = read
    this.#met = met
    for (const profileId of met) this.#wanted.add(profileId)
  }

  /** Forgets the places taken: the batch is routed from its start. */
  begin(): this {
    this.#taken = new Map()
    return this
  }

  /** Others are never full. */
  isLimited(profileId: ProfileId, { index }: Pick<Tables, 'index'>): boolean {
    return (index.get(profileId)?.profile.maxOpenReferrals ?? null) !== null
  }

  isFull(profileId: ProfileId, { index }: Tables): boolean {
    const most = index.get(profileId)?.profile.maxOpenReferrals ?? null
    if (most === null) return false
    const open = this.#counts.get(profileId)
    if (open === undefined) {
      this.#wanted.add(profileId)
      this.#remember(profileId)
      return false
    }
    return open + (this.#taken.get(profileId) ?? 0) >= most
  }

  #remember(profileId: ProfileId): void {
    this.#met.delete(profileId)
    this.#met.add(profileId)
    const [oldest] = this.#met
    if (this.#met.size > mostRemembered && oldest !== undefined) this.#met.delete(oldest)
  }

  take(profileId: ProfileId, { index }: Tables): void {
    if (!this.isLimited(profileId, { index })) return
    this.#taken.set(profileId, (this.#taken.get(profileId) ?? 0) + 1)
  }

  /** Counts the profiles met since the last call; false when there were none. */
  async load(): Promise<boolean> {
    if (this.#wanted.size === 0) return false
    const ids = [...this.#wanted]
    this.#wanted.clear()
    const rows = await this.#read.get('capacity', ids)
    const counts = await this.#read.countBy('referrals', 'profileId', {
      profileId: { in: ids },
      status: { in: ['New', 'Active'] },
    })
    for (const id of ids) {
      this.#versions.set(id, rows.get(id)?.version ?? null)
      this.#counts.set(id, counts.get(id) ?? 0)
    }
    return true
  }

  *writes() {
    for (const profileId of this.#taken.keys()) {
      const version = this.#versions.get(profileId) ?? null
      const document = { _id: profileId, version: (version ?? 0) + 1 }
      if (version === null) yield { kind: 'insert', collection: 'capacity', document } as const
      else yield { kind: 'replace', collection: 'capacity', document, version } as const
    }
  }
}

import type { ProfileId } from '../domain/ids.ts'
import type { Reader } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { Tables } from './tables.ts'

/**
 * Places left under `maxOpenReferrals`. The version of a profile's `capacity` row is read before its open referrals are
 * counted and bumped by the commit, so of two routers after the last place one meets a conflict and counts again.
 */
export class Capacity {
  readonly #read: Reader<Collections>
  readonly #counts = new Map<ProfileId, number>()
  readonly #versions = new Map<ProfileId, number | null>()
  readonly #wanted = new Set<ProfileId>()
  #taken = new Map<ProfileId, number>()

  constructor(read: Reader<Collections>) {
    this.#read = read
  }

  /** Forgets the places taken: the batch is routed from its start. */
  begin(): this {
    this.#taken = new Map()
    return this
  }

  isFull(profileId: ProfileId, { index }: Tables): boolean {
    const most = index.get(profileId)?.profile.maxOpenReferrals ?? null
    if (most === null) return false
    const open = this.#counts.get(profileId)
    if (open === undefined) {
      this.#wanted.add(profileId)
      return false
    }
    return open + (this.#taken.get(profileId) ?? 0) >= most
  }

  take(profileId: ProfileId, { index }: Tables): void {
    if ((index.get(profileId)?.profile.maxOpenReferrals ?? null) === null) return
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

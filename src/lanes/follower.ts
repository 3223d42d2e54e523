import type { CollectionMap, Position, Store, StoredDocument } from '../ports/store.ts'
import { laneName } from './lane-name.ts'

export interface FollowedDocument extends StoredDocument {
  readonly changed: { readonly lane: string; readonly offset: number }
}

/**
 * A collection held in memory by following it: read whole once, then polled. Every followed document carries the lane
 * and offset that last changed it. Positions are read first, then what changed below them, then `last` moves up to just
 * below the position: a change is either below a position that was read, or will be above `last` next time. Nothing is
 * missed, and what is read twice is the same document or a newer one.
 */
export class Follower<C extends CollectionMap, K extends keyof C & string> {
  readonly #store: Store<C>
  readonly #collection: K
  readonly #role: string
  readonly #apply: (document: C[K]) => void
  /** Lane name → highest offset whose changes are in. */
  #last: Map<string, number> | null = null

  /** Follows what lanes of `role` write to `collection`. `apply` is called with each new state of a document. */
  constructor(options: {
    readonly store: Store<C>
    readonly collection: K
    readonly role: string
    readonly apply: (document: C[K]) => void
  }) {
    this.#store = options.store
    this.#collection = options.collection
    this.#role = options.role
    this.#apply = options.apply
  }

  /** Reads what is new. Returns the number of documents applied. */
  async poll(positions: readonly Position[]): Promise<number> {
    const mine = positions.filter(({ lane }) => lane.startsWith(`${this.#role}/`))
    return this.#last === null ? this.#load(mine) : this.#follow(this.#last, mine)
  }

  async #load(positions: readonly Position[]): Promise<number> {
    const documents = await this.#store.find(this.#collection, { where: {} })
    for (const document of documents) this.#apply(document)
    this.#last = new Map(positions.map(({ lane, epoch, offset }) => [laneName(lane, epoch), offset - 1]))
    return documents.length
  }

  async #follow(last: Map<string, number>, positions: readonly Position[]): Promise<number> {
    let applied = 0
    for (const { lane, epoch, offset } of positions) {
      const name = laneName(lane, epoch)
      const seen = last.get(name) ?? -1
      if (offset <= seen + 1) continue
      const documents = await this.#store.find(this.#collection, {
        where: { 'changed.lane': name, 'changed.offset': { gt: seen, lt: offset } },
      })
      for (const document of documents) this.#apply(document)
      applied += documents.length
      last.set(name, offset - 1)
    }
    return applied
  }
}

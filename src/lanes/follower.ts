import type { CollectionMap, Condition, Position, Store, StoredDocument } from '../ports/store.ts'
import { laneName, laterEpochs } from './lane-name.ts'

export interface FollowedDocument extends StoredDocument {
  readonly changed: { readonly lane: string; readonly offset: number }
}

/** How far a lane's changes are in. */
interface Seen {
  readonly epoch: number
  /** Highest offset of that epoch whose changes are in. */
  readonly offset: number
}

/** Epochs gone through one by one. */
const mostEpochs = 64

/** Documents read at once when all are. */
const page = 200

const nothingSeen: Seen = { epoch: 0, offset: -1 }

/**
 * A collection held in memory by following it: read whole once, then polled. Every followed document carries the lane
 * and offset that last changed it. Positions are read first, then what changed below them, then `seen` moves up to just
 * below the position: a change is either below a position that was read, or will be above `seen` next time. Nothing is
 * missed, and what is read twice is the same document or a newer one.
 *
 * A resumed lane counts under a new name, from another place. Once its position tells a new epoch nothing is written
 * under the former ones any more, so these are read to their ends first.
 */
export class Follower<C extends CollectionMap, K extends keyof C & string> {
  readonly #store: Store<C>
  readonly #collection: K
  readonly #role: string
  readonly #apply: (document: C[K]) => void
  /** By lane; null until all was read once. */
  #seen: Map<string, Seen> | null = null

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
    if (this.#seen !== null) return this.#follow(this.#seen, mine)
    const applied = await this.#readAll()
    this.#seen = new Map(mine.map(({ lane, epoch, offset }) => [lane, { epoch, offset: offset - 1 }]))
    return applied
  }

  /** Everything is read anew next time. */
  reset(): void {
    this.#seen = null
  }

  async #follow(seen: Map<string, Seen>, positions: readonly Position[]): Promise<number> {
    let applied = 0
    for (const { lane, epoch, offset } of positions) {
      let from = seen.get(lane) ?? nothingSeen
      // Restored from a backup, resumed, or away for long: all that the lane has written is read again.
      if (from.epoch > epoch || epoch - from.epoch > mostEpochs) {
        applied += await this.#ofLane(lane)
        from = { epoch, offset: offset - 1 }
      }
      for (; from.epoch < epoch; from = { epoch: from.epoch + 1, offset: -1 })
        applied += await this.#changed(laneName(lane, from.epoch), { gt: from.offset })
      if (offset > from.offset + 1)
        applied += await this.#changed(laneName(lane, epoch), { gt: from.offset, lt: offset })
      seen.set(lane, { epoch, offset: Math.max(from.offset, offset - 1) })
    }
    return applied
  }

  async #ofLane(lane: string): Promise<number> {
    const [gt, lt] = laterEpochs(lane)
    const first = await this.#read({ 'changed.lane': lane })
    return first + (await this.#read({ 'changed.lane': { gt, lt } }))
  }

  #changed(name: string, offsets: Condition): Promise<number> {
    return this.#read({ 'changed.lane': name, 'changed.offset': offsets })
  }

  /** Page by page, as a collection may be larger than what is held of it. Whatever changes meanwhile is read again. */
  async #readAll(): Promise<number> {
    let applied = 0
    let last = ''
    for (;;) {
      const documents = await this.#store.find(this.#collection, {
        where: { _id: { gt: last } },
        sort: [['_id', 1]],
        limit: page,
      })
      for (const document of documents) this.#apply(document)
      applied += documents.length
      last = documents.at(-1)?._id ?? last
      if (documents.length < page) return applied
    }
  }

  async #read(where: Readonly<Record<string, Condition>>): Promise<number> {
    const documents = await this.#store.find(this.#collection, { where })
    for (const document of documents) this.#apply(document)
    return documents.length
  }
}

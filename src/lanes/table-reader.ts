import type { Logger } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'
import type { Tables } from '../roles/tables.ts'
import { Follower } from './follower.ts'
import { Interrupted, persist } from './retry.ts'

export type TableName = 'profiles' | 'weights' | 'partners' | 'interests' | 'cells'

/** Keeps tables in step with the store: loads them once, then polls every `interval` ms. */
export class TableReader {
  readonly #store: Store<Collections>
  readonly #tables: Tables
  readonly #followers: readonly {
    poll(positions: Awaited<ReturnType<Store<Collections>['positions']>>): Promise<number>
  }[]
  /** Held decayed, by the half-life of a release. */
  readonly #decayed: readonly { reset(): void }[]
  /** For what all of these are being read again. */
  #filling: Tables['coming'] = null
  #loading: Promise<void> | null = null

  constructor(store: Store<Collections>, tables: Tables, names: readonly TableName[]) {
    this.#store = store
    this.#tables = tables
    const interests = new Follower<Collections, 'interests'>({
      store,
      collection: 'interests',
      role: 'projector',
      apply: row => tables.applyInterest(row),
    })
    const partners = new Follower<Collections, 'partners'>({
      store,
      collection: 'partners',
      role: 'projector',
      apply: row => tables.applyPartner(row),
    })
    this.#decayed = [interests, partners]
    const all = {
      interests,
      partners,
      profiles: new Follower({
        store,
        collection: 'profiles',
        role: 'directory',
        apply: row => tables.applyProfile(row),
      }),
      weights: new Follower({
        store,
        collection: 'weights',
        role: 'directory',
        apply: row => tables.applyWeights(row),
      }),
      cells: new Follower({
        store,
        collection: 'cells',
        role: 'projector',
        apply: row => tables.applyCell(row),
      }),
    }
    // Weights first: by another half-life everything would be read twice.
    const inOrder = names.toSorted((one, other) => Number(other === 'weights') - Number(one === 'weights'))
    this.#followers = inOrder.map(name => all[name])
  }

  /** Resolves once every table has been read. */
  ready(): Promise<void> {
    this.#loading ??= this.poll().then(() => undefined)
    return this.#loading
  }

  /** Reads what is new now. Returns the number of documents applied. */
  async poll(): Promise<number> {
    const positions = await this.#store.positions()
    let applied = 0
    for (const follower of this.#followers) {
      applied += await follower.poll(positions)
      // Another half-life came with the weights: what was counted under the one before is read anew.
      if (this.#filling === this.#tables.coming) continue
      this.#filling = this.#tables.coming
      if (this.#filling !== null) for (const follower of this.#decayed) follower.reset()
    }
    if (this.#tables.coming !== null) this.#tables.complete()
    return applied
  }

  /** Loads, then polls until the signal aborts; a store that can't be reached is waited for. */
  async run(options: {
    readonly time: Time
    readonly logger: Logger
    readonly interval: number
    readonly signal: AbortSignal
  }) {
    const { time, signal, interval } = options
    try {
      // The first load is what `ready` waits for, so a retry of it has to be the same promise.
      this.#loading ??= persist(() => this.poll(), { ...options, what: 'tables' }).then(() => undefined)
      await this.#loading
      while (!signal.aborted) {
        await time.sleep(interval, signal)
        if (!signal.aborted) await persist(() => this.poll(), { ...options, what: 'tables' })
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  }
}

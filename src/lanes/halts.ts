import { toTimestamp } from '../domain/time.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'
import type { HaltDocument } from '../roles/documents/operations.ts'

export interface HaltsOptions {
  readonly store: Pick<Store<Collections>, 'get' | 'commit'>
  readonly logger: Logger
  readonly time: Pick<Time, 'now'>
  /** Names this process. */
  readonly holder: string
}

/**
 * Rows of lanes that can't go on, for whoever asks what is wrong: the log line may be long gone by then. A row that can't
 * be written, or removed, is no reason to stop anything; `catchUp` tries again, until the lane is another worker's.
 */
export class HaltRows {
  readonly #options: HaltsOptions
  /** What is still to be done, by lane; null removes the row. */
  readonly #due = new Map<string, HaltDocument | null>()

  constructor(options: HaltsOptions) {
    this.#options = options
  }

  async note(lane: string, { offset, reason }: Pick<HaltDocument, 'offset' | 'reason'>): Promise<void> {
    const { time, holder } = this.#options
    this.#due.set(lane, { _id: lane, reason, offset, haltedAt: toTimestamp(time.now()), holder })
    await this.#settle(lane)
  }

  /** The lane runs (again). */
  async forget(lane: string): Promise<void> {
    this.#due.set(lane, null)
    await this.#settle(lane)
  }

  /** What is said of the lane is its next owner's to say. */
  leave(lane: string): void {
    this.#due.delete(lane)
  }

  /** Does what could not be done so far. */
  async catchUp(): Promise<void> {
    for (const lane of [...this.#due.keys()]) await this.#settle(lane)
  }

  async #settle(lane: string): Promise<void> {
    const { store, logger } = this.#options
    const row = this.#due.get(lane)
    if (row === undefined) return
    try {
      if (row !== null || (await store.get('halts', [lane])).has(lane)) {
        const write: Write<Collections> =
          row === null
            ? { kind: 'remove', collection: 'halts', id: lane }
            : { kind: 'put', collection: 'halts', document: row }
        await store.commit({ move: null, writes: [write], journal: null })
      }
      // Unless it has become another matter meanwhile.
      if (this.#due.get(lane) === row) this.#due.delete(lane)
    } catch (err) {
      logger.warn({ lane, err }, 'halt-not-kept')
    }
  }
}

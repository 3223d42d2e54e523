import { setTimeout } from 'node:timers/promises'
import type { Store } from '../../../src/ports/store.ts'
import type { Collections } from '../../../src/roles/collections.ts'
import { patience } from '../../support/servers/eventually.ts'

/** ms between two looks at the positions: a gap is told up to as much too long. */
const interval = 100

interface Seen {
  readonly offset: number
  readonly at: number
  readonly longest: number
}

/** Watches the stored positions of all lanes, and how long each stood still while something came to all of them. */
export class LaneGaps {
  readonly #store: Store<Collections>
  readonly #seen = new Map<string, Seen>()
  readonly #ending = new AbortController()
  readonly #work: Promise<void>

  constructor(store: Store<Collections>) {
    this.#store = store
    this.#work = this.#watch()
    this.#work.catch(() => undefined)
  }

  /** ms for each lane since it began, or since the last call, the gap it is in included. */
  take(): Readonly<Record<string, number>> {
    const now = performance.now()
    const gaps = [...this.#seen].map(
      ([lane, { at, longest }]) => [lane, Math.round(Math.max(longest, now - at))] as const,
    )
    for (const [lane, { offset }] of this.#seen) this.#seen.set(lane, { offset, at: now, longest: 0 })
    return Object.fromEntries(gaps.sort(([one], [other]) => (one < other ? -1 : 1)))
  }

  /** Resolves when every lane has moved after this was called. */
  async untilAllMove(lanes: number, deadline = 30_000 * patience): Promise<void> {
    const from = performance.now()
    for (;;) {
      const still = [...this.#seen].filter(([, { at }]) => at <= from).map(([lane]) => lane)
      if (this.#seen.size >= lanes && still.length === 0) return
      if (performance.now() > from + deadline)
        throw new Error(`these did not move in ${deadline} ms: ${still.join(', ') || 'some are missing'}`)
      await setTimeout(interval)
    }
  }

  async end(): Promise<void> {
    this.#ending.abort()
    await this.#work
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      const positions = await this.#store.positions()
      const now = performance.now()
      for (const { lane, offset } of positions) {
        const seen = this.#seen.get(lane)
        if (seen === undefined) this.#seen.set(lane, { offset, at: now, longest: 0 })
        else if (seen.offset !== offset)
          this.#seen.set(lane, { offset, at: now, longest: Math.max(seen.longest, now - seen.at) })
      }
      await setTimeout(interval, undefined, { signal }).catch(() => undefined)
    }
  }
}

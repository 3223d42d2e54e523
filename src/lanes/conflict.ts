import type { LaneOptions, Waiting } from './lane-options.ts'
import { Interrupted, persist } from './retry.ts'
import { Standstill } from './standstill.ts'
import type { Attempt } from './transaction.ts'
import { cautiousFor, Turns } from './turns.ts'

/** Redoes of one piece between two words and pauses. */
const told = 20

type Options = Pick<LaneOptions<never>, 'logger' | 'time' | 'store'>
type Met = Extract<Attempt, { kind: 'conflict' }>

/** Redoes what met another lane's changes, until it doesn't; for some time after that the lane takes turns. */
export class Conflicts {
  readonly #lane: string
  readonly #options: Options
  readonly #turns: Turns
  readonly #met: () => void
  /** Pieces for which it takes turns. */
  #cautious = 0

  /** `met` is called at each conflict. */
  constructor(lane: string, options: Options & Pick<LaneOptions<never>, 'turns'>, met: () => void) {
    this.#lane = lane
    this.#options = options
    this.#turns = options.turns ?? new Turns()
    this.#met = met
  }

  /**
   * The first outcome that is no conflict. Each redo reads afresh what others wrote.
   * @throws PortError `corrupt` when it never will be one: see `Standstill`
   */
  async redo(
    work: () => Promise<Attempt>,
    waiting: Waiting,
  ): Promise<Exclude<Attempt, { kind: 'conflict' }>> {
    const standstill = new Standstill(this.#options.store)
    // Others may be long at it, and so may this: whoever waits or tries again lives.
    const alive = async () => {
      if (waiting.signal?.aborted === true) throw new Interrupted(this.#lane)
      await waiting.meanwhile?.()
    }
    for (let attempt = 1; ; attempt += 1) {
      const outcome = this.#cautious > 0 ? await this.#turns.take(this.#lane, work, alive) : await work()
      if (outcome.kind !== 'conflict') {
        if (outcome.kind === 'committed') this.#cautious = Math.max(0, this.#cautious - 1)
        return outcome
      }
      this.#options.logger.debug({ lane: this.#lane, attempt, ...outcome }, 'conflict')
      this.#met()
      this.#cautious = cautiousFor
      if (attempt % told === 0) await this.#pause(attempt, outcome, standstill, waiting)
      await alive()
    }
  }

  /** And a word, and a look at what is in the way, only when that goes on and on. */
  async #pause(attempt: number, met: Met, standstill: Standstill, waiting: Waiting): Promise<void> {
    const { logger, time } = this.#options
    const { signal } = waiting
    const lane = this.#lane
    logger.warn({ lane, attempt, ...met }, 'conflict-goes-on')
    const look = () => standstill.look(met, attempt)
    await time.sleep(await persist(look, { ...this.#options, ...waiting, what: lane }), signal)
  }
}

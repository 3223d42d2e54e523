import { PortError } from '../../ports/errors.ts'

/**
 * ms that an error nobody knows is waited out. Most faults of a server pass, which new versions of it may tell by new
 * codes; and a lane that halts needs a person.
 */
const mostPatience = 120_000
/** ms without the error after which it is met as if for the first time. Longer than two tries lie apart. */
const forgotten = 60_000

interface Failing {
  readonly since: number
  readonly last: number
}

/** Makes errors that nobody knows retryable, until the same thing has failed for too long without working in between. */
export class Doubt {
  readonly #failing = new Map<string, Failing>()
  readonly #now: () => number

  /** `now` in ms, of any origin. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  judge(what: string, error: PortError): PortError {
    const now = this.#now()
    const before = this.#failing.get(what)
    const since = before === undefined || now - before.last > forgotten ? now : before.since
    this.#failing.set(what, { since, last: now })
    if (now - since >= mostPatience) return error
    const message = `${error.message}; unknown, so waited for up to ${mostPatience / 1000} s`
    return new PortError('unavailable', message, { cause: error.cause, retryable: true })
  }

  /** It works. */
  passed(what: string): void {
    if (this.#failing.size > 0) this.#failing.delete(what)
  }
}

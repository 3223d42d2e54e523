import { PortError } from '../../ports/errors.ts'

/**
 * ms. kafkajs stumbles over connections that it is just losing (TypeErrors among others), and a broker that hasn't heard
 * of a topic yet says that there is none: both pass by themselves, or they never do.
 */
const mostPatience = 30_000

/** Makes faults that mostly pass retryable until the same thing has failed for too long without working in between. */
export class Grace<Key extends WeakKey | string> {
  readonly #since: Since<Key>
  readonly #now: () => number

  /** `now` in ms, of any origin. */
  constructor(since: Since<Key>, now: () => number = () => performance.now()) {
    this.#since = since
    this.#now = now
  }

  judge(key: Key, error: PortError): PortError {
    if (error.retryable) return error
    const since = this.#since.get(key) ?? this.#now()
    this.#since.set(key, since)
    if (this.#now() - since >= mostPatience) return error
    return new PortError('unavailable', error.message, { cause: error, retryable: true })
  }

  /** It works. */
  passed(key: Key): void {
    this.#since.delete(key)
  }
}

/** Since when what is failing; a `Map` or a `WeakMap`. */
interface Since<Key> {
  get(key: Key): number | undefined
  set(key: Key, since: number): unknown
  delete(key: Key): boolean
}

/** What looks like a bug of the client. */
export function isClientFault(error: PortError): boolean {
  return error.code === 'corrupt'
}

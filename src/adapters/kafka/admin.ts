import type { Admin, Kafka } from 'kafkajs'
import { portError } from './errors.ts'
import { Grace, isClientFault } from './grace.ts'

export interface SharedAdmin {
  /** The connected client; made when it is first asked for, and anew after one could not connect. */
  client(): Promise<Admin>
  /** Calls it; what goes wrong is a `PortError` that begins with `what`. */
  ask<T>(what: string, call: (admin: Admin) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** One admin client for all who ask the cluster something. */
export function createAdmin(kafka: Kafka): SharedAdmin {
  let current: Promise<Admin> | null = null
  const grace = new Grace<string>(new Map())

  function client(): Promise<Admin> {
    current ??= connect()
    return current
  }

  /**
   * One call at a time: two that each bring a new topic into the client's metadata overtake each other, and one of them
   * then finds its topic without partitions.
   */
  let last: Promise<unknown> = Promise.resolve()
  function inTurn<T>(call: () => Promise<T>): Promise<T> {
    const own = last.then(call)
    last = own.catch(() => undefined)
    return own
  }

  async function connect(): Promise<Admin> {
    const admin = kafka.admin()
    try {
      await admin.connect()
      return admin
    } catch (error) {
      current = null
      await admin.disconnect().catch(() => undefined)
      throw portError('reaching the brokers', error)
    }
  }

  /** The next one to ask gets another: this one may wait on a broker that is gone. */
  async function leave(): Promise<void> {
    const left = current
    current = null
    await left?.then(admin => admin.disconnect()).catch(() => undefined)
  }

  return {
    client,
    async ask(what, call) {
      const asked = client()
      try {
        const admin = await asked
        const answer = await inTurn(() => call(admin))
        grace.passed(what)
        return answer
      } catch (error) {
        const plain = portError(what, error)
        const told = isClientFault(plain) ? grace.judge(what, plain) : plain
        if (told.retryable && current === asked) await leave()
        throw told
      }
    },
    close: leave,
  }
}

import { toTimestamp } from '../domain/time.ts'
import type { Codec } from '../ports/codec.ts'
import type { LogProducer, OutgoingRecord } from '../ports/log.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import { commandsDue, type TimerCommand } from '../roles/clock.ts'
import type { Collections } from '../roles/collections.ts'
import { topics } from '../roles/topics.ts'
import { Interrupted, persist } from './retry.ts'

export interface ClockOptions {
  readonly store: Store<Collections>
  readonly producer: LogProducer
  readonly codec: Codec
  readonly time: Time
  readonly logger: Logger
  readonly source: string
  /** Names this process in the lease. */
  readonly holder: string
  /** ms a timer that was asked for is not asked for again, as its lane may lag; 0 to ask each time. */
  readonly patience?: number
  /** ms the lease holds; another clock waits that long. */
  readonly leaseFor?: number
  readonly batch?: number
}

const leaseId = 'clock'

/**
 * Finds referrals whose timers are due and sends the commands that ask for them. The lease spares two clocks the same
 * work; it protects nothing, as two clocks do no harm.
 */
export class Clock {
  readonly #options: Required<ClockOptions>

  constructor(options: ClockOptions) {
    this.#options = { patience: 60_000, leaseFor: 15_000, batch: 500, ...options }
  }

  /** Looks every `interval` ms until the signal aborts. */
  async run(options: { readonly interval: number; readonly signal: AbortSignal }): Promise<void> {
    const { time, logger } = this.#options
    const { signal } = options
    try {
      while (!signal.aborted) {
        const asked = await persist(async () => ((await this.#hold()) ? this.tick() : 0), {
          time,
          logger,
          what: 'clock',
          signal,
        })
        if (asked < this.#options.batch) await time.sleep(options.interval, signal)
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  }

  /** Asks for what is due now and wasn't asked for lately. Returns the number of commands sent. */
  async tick(): Promise<number> {
    const { store, producer, codec, time, source, patience, batch } = this.#options
    const now = time.now()
    const asked = patience === 0 ? [] : await store.find('leases', { where: { until: { gt: now } } })
    const waiting = new Set(asked.map(({ _id }) => _id))
    const due = await store.find('referrals', {
      where: { nextDueAt: { lte: toTimestamp(now), gt: '' } },
      sort: [['nextDueAt', 1]],
      limit: batch + waiting.size,
    })
    const fresh = due.filter(({ _id }) => !waiting.has(askedId(_id))).slice(0, batch)
    if (fresh.length === 0) return 0
    const commands = commandsDue(fresh, toTimestamp(now))
    const values = await codec.encode(topics.commands, commands)
    await producer.send(
      commands.map((command, at) =>
        recordOf(command, values[at] ?? null, { source, contentType: codec.contentType }),
      ),
    )
    if (patience === 0) return commands.length
    await store.commit({
      move: null,
      journal: null,
      writes: [...this.#remember(fresh, now + patience), ...(await this.#forget(now))],
    })
    return commands.length
  }

  #remember(referrals: readonly { readonly _id: string }[], until: number): Write<Collections>[] {
    return referrals.map(({ _id }) => ({
      kind: 'put',
      collection: 'leases',
      document: { _id: askedId(_id), version: 1, holder: this.#options.holder, until },
    }))
  }

  /** Rows whose time has long passed are of no more use. */
  async #forget(now: number): Promise<Write<Collections>[]> {
    const old = await this.#options.store.find('leases', {
      where: { until: { lt: now - this.#options.patience } },
      limit: 1000,
    })
    return old.flatMap(({ _id }) =>
      _id === leaseId ? [] : [{ kind: 'remove', collection: 'leases', id: _id } as const],
    )
  }

  /** Takes or renews the lease; false while another holds it. */
  async #hold(): Promise<boolean> {
    const { store, time, holder, leaseFor } = this.#options
    const lease = (await store.get('leases', [leaseId])).get(leaseId)
    const now = time.now()
    if (lease !== undefined && lease.holder !== holder && lease.until > now) return false
    if (lease !== undefined && lease.holder === holder && lease.until - now > leaseFor / 2) return true
    const document = { _id: leaseId, version: (lease?.version ?? 0) + 1, holder, until: now + leaseFor }
    const outcome = await store.commit({
      move: null,
      journal: null,
      writes: [
        lease === undefined
          ? { kind: 'insert', collection: 'leases', document }
          : { kind: 'replace', collection: 'leases', document, version: lease.version },
      ],
    })
    return outcome.kind === 'committed'
  }
}

function askedId(referralId: string): string {
  return `asked/${referralId}`
}

/** The clock has no lane: `ce_id` is the command's own id, and there is no `seq`. */
function recordOf(
  command: TimerCommand,
  value: Uint8Array | null,
  { source, contentType }: { source: string; contentType: string },
): OutgoingRecord {
  return {
    topic: topics.commands,
    key: command.referralId,
    value,
    headers: {
      ce_id: command.commandId,
      ce_type: `referral.${command.type}`,
      ce_source: source,
      ce_time: command.occurredAt,
      ce_specversion: '1.0',
      'content-type': contentType,
    },
  }
}

import { type Timestamp, toTimestamp } from '../domain/time.ts'
import type { Codec } from '../ports/codec.ts'
import type { LogProducer, OutgoingRecord } from '../ports/log.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import { commandsDue, type TimerCommand } from '../roles/clock.ts'
import type { Collections } from '../roles/collections.ts'
import type { ReferralDocument } from '../roles/documents/referrals.ts'
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
  /** Referrals a look takes up. */
  readonly batch?: number
}

/** The last referral of a page: the next page begins behind it. */
interface Place {
  readonly dueAt: Timestamp
  readonly id: string
}

const leaseId = 'clock'

/**
 * Finds referrals whose timers are due and sends the commands that ask for them. The lease spares two clocks the same
 * work; it protects nothing, as two clocks do no harm.
 */
export class Clock {
  readonly #options: Required<ClockOptions>
  /** Where the last look ended, null at the start. In memory alone: whoever begins anew asks again, which does no harm. */
  #place: Place | null = null

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
        // Asked for something and not through yet: on to the next page at once.
        if (asked === 0 || this.#place === null) await time.sleep(options.interval, signal)
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  }

  /**
   * Asks for what is due now and wasn't asked for lately, one page of it: the next look goes on behind it, and begins
   * again once a page came back short. Returns the number of referrals it asked for.
   */
  async tick(): Promise<number> {
    const now = this.#options.time.now()
    const { page, last } = await this.#nextPage(toTimestamp(now))
    const fresh = await this.#unasked(page, now)
    if (fresh.length > 0) await this.#ask(fresh, now)
    // Only now: what could not be sent is looked at again.
    this.#place = last
    return fresh.length
  }

  async #ask(referrals: readonly ReferralDocument[], now: number): Promise<void> {
    const { store, producer, codec, source, patience } = this.#options
    const commands = commandsDue(referrals, toTimestamp(now))
    const values = await codec.encode(topics.commands, commands)
    await producer.send(
      commands.map((command, at) =>
        recordOf(command, values[at] ?? null, { source, contentType: codec.contentType }),
      ),
    )
    if (patience === 0) return
    await store.commit({
      move: null,
      journal: null,
      // Forgotten first: what is asked again may stand among the old rows.
      writes: [...(await this.#forget(now)), ...this.#remember(referrals, now + patience)],
    })
  }

  /**
   * The next `batch` referrals whose timers are due, soonest first and by id among those due at one moment, which may be
   * more than a page. `last` is null when there are no more.
   */
  async #nextPage(now: Timestamp): Promise<{ page: readonly ReferralDocument[]; last: Place | null }> {
    const { store, batch, patience } = this.#options
    // Without patience what was asked for is asked for again, and first.
    const place = patience === 0 ? null : this.#place
    // Later than now only when time stepped back.
    const behind = place !== null && place.dueAt > now ? null : place
    const page =
      behind === null
        ? []
        : await store.find('referrals', {
            where: { nextDueAt: behind.dueAt, _id: { gt: behind.id } },
            sort: [['_id', 1]],
            limit: batch,
          })
    if (page.length < batch) {
      const later = await store.find('referrals', {
        where: { nextDueAt: { gt: behind?.dueAt ?? '', lte: now } },
        sort: [
          ['nextDueAt', 1],
          ['_id', 1],
        ],
        limit: batch - page.length,
      })
      page.push(...later)
    }
    const last = page.at(-1)
    const through = page.length < batch || last === undefined || last.nextDueAt === null
    return { page, last: through ? null : { dueAt: last.nextDueAt, id: last._id } }
  }

  /** Those of a page that nobody asked for lately. */
  async #unasked(page: readonly ReferralDocument[], now: number): Promise<readonly ReferralDocument[]> {
    const { store, patience } = this.#options
    if (patience === 0 || page.length === 0) return page
    const asked = await store.get(
      'leases',
      page.map(({ _id }) => askedId(_id)),
    )
    return page.filter(({ _id }) => (asked.get(askedId(_id))?.until ?? 0) <= now)
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

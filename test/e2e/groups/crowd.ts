import { setTimeout } from 'node:timers/promises'
import { systemTime } from '../../../src/adapters/system-time.ts'
import { Interrupted, persist } from '../../../src/lanes/retry.ts'
import type { Log, LogReader, OutgoingRecord } from '../../../src/ports/log.ts'
import { silent } from '../../../src/ports/logger.ts'
import { partitionOf } from '../../../src/ports/murmur2.ts'
import { topics } from '../../../src/roles/topics.ts'
import { type Answer, answersTo } from '../../crash/feed/answers.ts'
import { directoryRecords } from '../../crash/feed/profiles.ts'
import { jsonRecord } from '../../crash/feed/records.ts'
import { createRfiFeed } from '../../crash/feed/rfis.ts'

export interface CrowdOptions {
  readonly log: Log & LogReader
  readonly seed: number
  readonly partitions: number
  /** RFIs sent at once, ten times a second. */
  readonly rfisAtOnce: number
  /** Nothing that ends as a dead letter of the router or of referrals. */
  readonly plain?: boolean
}

/** ms between two looks around. */
const rest = 100
/** RFIs sent after the last one an offer was seen of: workers that are slow are asked for less, not for more and more. */
const mostAhead = 60
/** Looks between two profiles and two releases on each partition. */
const directoryPause = 3

/**
 * Everybody around the workers, without a pause: systems that change profiles, and send releases nobody can use;
 * customers; partners who answer what they read in `referrals`, as a notifier would tell them. Something comes to every
 * partition of every topic a worker reads.
 */
export class Crowd {
  readonly #options: CrowdOptions
  readonly #nextRfi: (now: number) => OutgoingRecord[]
  readonly #offered = new Set<string>()
  readonly #steady: readonly OutgoingRecord[]
  readonly #ending = new AbortController()
  #waiting: (Pick<Answer, 'record'> & { readonly at: number })[] = []
  #asking = true
  #work: Promise<unknown> = Promise.resolve()
  /** What was acknowledged. */
  readonly rfiIds: string[] = []
  readonly #places = new Map<string, number>()
  #newestOffered = -1
  commands = 0
  #slowestSend = 0
  /** Tries that failed, and were followed by another. */
  failedSends = 0

  constructor(options: CrowdOptions) {
    this.#options = options
    this.#nextRfi = createRfiFeed(options.seed, { crowded: false })
    this.#steady = steadyRecords(options.partitions)
  }

  /** All profiles. To be read by the directory before the first RFI is sent: routing must not depend on the moment. */
  async sendDirectory(): Promise<void> {
    await this.#send([...directoryRecords(this.#options.seed, { crowded: false }), ...this.#steady])
  }

  start(): void {
    this.#work = Promise.all([this.#read(), this.#speak()])
    this.#work.catch(() => undefined)
  }

  /** No more RFIs, profiles and releases; what is offered is answered still. */
  askNoMore(): void {
    this.#asking = false
  }

  /** Referrals seen; all of them when the topic was read to its end. */
  get referrals(): number {
    return this.#offered.size
  }

  /** For people. */
  get standing(): string {
    const { length } = this.rfiIds
    return `${length} RFIs sent, an offer seen of the one at ${this.#newestOffered}, ${this.failedSends} sends failed`
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** ms that a send took at most since the last call, however often it was tried. */
  takeSlowestSend(): number {
    const slowest = this.#slowestSend
    this.#slowestSend = 0
    return slowest
  }

  async end(): Promise<void> {
    this.#ending.abort()
    await this.#work
  }

  /** From where it stands, again and again: a reader that loses its broker begins anew. */
  async #read(): Promise<void> {
    const { log } = this.#options
    const { signal } = this.#ending
    const next = new Map<number, number>()
    const read = async () => {
      const stretches = (await log.stretches([topics.referrals])).map(({ start, ...place }) => ({
        ...place,
        start: next.get(place.partition) ?? start,
        end: Number.POSITIVE_INFINITY,
      }))
      for await (const { partition, offset, value } of log.scan(stretches, signal)) {
        this.#plan(JSON.parse(Buffer.from(value ?? []).toString()))
        next.set(partition, offset + 1)
      }
    }
    while (!signal.aborted)
      await persist(read, { time: systemTime, logger: silent, what: 'reading', signal }).catch(error => {
        if (!(error instanceof Interrupted)) throw error
      })
  }

  /** Plans the answers to an offer; repeats are to be expected. */
  #plan({ referralId, rfiId, partnerId, expiresAt }: Readonly<Record<string, string>>): void {
    if (referralId === undefined || partnerId === undefined || this.#offered.has(referralId)) return
    this.#offered.add(referralId)
    this.#newestOffered = Math.max(this.#newestOffered, this.#places.get(rfiId ?? '') ?? -1)
    const now = Date.now()
    const answers = answersTo({ referralId, partnerId, expiresAt: Date.parse(expiresAt ?? '') }, now)
    for (const { after, record } of answers)
      if (this.#options.plain !== true || isJson(record)) this.#waiting.push({ at: now + after, record })
  }

  async #speak(): Promise<void> {
    const { rfisAtOnce, plain = false } = this.#options
    for (let look = 0; !this.#ending.signal.aborted; look += 1) {
      const now = Date.now()
      const due = this.#waiting.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at)
      this.#waiting = this.#waiting.filter(({ at }) => at > now)
      const asking = this.#asking && this.rfiIds.length - this.#newestOffered <= mostAhead
      const asked = Array.from({ length: asking ? rfisAtOnce : 0 }, () => this.#nextRfi(now))
      const steady = this.#asking && look % directoryPause === 0 ? this.#steady : []
      await this.#send([
        ...due.map(({ record }) => record),
        ...asked.flatMap(records => (plain ? records.slice(0, 1) : records)),
        ...steady,
      ])
      this.commands += due.length
      for (const [rfi] of asked) this.#places.set(String(rfi?.key), this.rfiIds.push(String(rfi?.key)) - 1)
      await setTimeout(rest, undefined, { signal: this.#ending.signal }).catch(() => undefined)
    }
  }

  /** Until it is taken, as any producer would: what was cut off may come twice then. */
  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    const began = performance.now()
    const warn = () => {
      this.failedSends += 1
    }
    const logger = { ...silent, warn }
    const { producer } = this.#options.log
    await persist(() => producer.send(records), { time: systemTime, logger, what: 'sending' })
    this.#slowestSend = Math.max(this.#slowestSend, performance.now() - began)
  }
}

function isJson({ value }: OutgoingRecord): boolean {
  try {
    JSON.parse(Buffer.from(value ?? []).toString())
    return true
  } catch {
    return false
  }
}

/** A profile where nobody looks for one, and a release for a slot that isn't, on each partition. */
function steadyRecords(partitions: number): OutgoingRecord[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const profileId = falling(partition, partitions, 'remote')
    const slot = falling(partition, partitions, 'slot')
    return [
      jsonRecord(topics.profiles, profileId, {
        profileId,
        partnerId: profileId,
        occurredAt: '2026-03-02T09:14:00.000Z',
        name: profileId,
        country: 'LI',
        state: 'paused',
        locations: [{ locationId: `${profileId}/vaduz`, city: 'Vaduz', contact: { email: 'r@x.example' } }],
        tags: { keywords: ['remote'] },
      }),
      jsonRecord(topics.weights, slot, { weightsId: slot, features: {} }),
    ]
  }).flat()
}

/** A name that comes to this partition. */
function falling(partition: number, partitions: number, what: string): string {
  for (let at = 0; ; at += 1) {
    const name = `${what}-${at}`
    if (partitionOf(Buffer.from(name), partitions) === partition) return name
  }
}

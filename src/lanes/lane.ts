import type { Codec } from '../ports/codec.ts'
import type { Batch, BatchAnswer, Log, LogRecord, Start, TopicPartition } from '../ports/log.ts'
import type { Logger } from '../ports/logger.ts'
import type { CommitOutcome, JournalEntry, Position, Store } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'
import { deadLetter } from '../roles/dead-letter.ts'
import type { Emission, Role } from '../roles/role.ts'
import { beat, HeartbeatFailed } from './heartbeat.ts'
import { laneName, laneOf } from './lane-name.ts'
import { mismatch } from './place.ts'
import { type Reading, readRecords } from './read.ts'
import { Interrupted, type Persistence, persist } from './retry.ts'
import { cautiousFor, Turns } from './turns.ts'
import { outgoingRecords, sizeOf } from './write.ts'

/**
 * One lane: a role on one partition, and the protocol that gives every input exactly one effect.
 *
 *   start    the position is read from the store; the log must be able to be the one it was taken in, else the lane
 *            halts. What the journal still owes is sent, oldest first. Then reading starts at the position.
 *   batch    refused unless it starts where the position stands. Decoded, handed to the role, and committed in one
 *            transaction: position (guarded on its old value), documents (guarded by version), journal entry.
 *              committed       → send the journal entry, mark it sent, go on
 *              position moved  → another worker has the lane: drop everything, start again
 *              conflict        → another lane changed a document: reload and redo the batch
 *   crash    before the commit: nothing happened. After it: the next start sends what the journal owes. While sending:
 *            records go out again with the same `seq`, which readers drop.
 */
export interface LaneOptions<T> {
  readonly role: Role<T>
  readonly partition: TopicPartition
  readonly store: Store<Collections>
  readonly log: Pick<Log, 'producer' | 'inspect'>
  readonly codec: Codec
  readonly time: Time
  /** The batches' now, ms since 1970; `time` unless everything shall happen at its record's time. */
  readonly now?: (() => number) | undefined
  readonly logger: Logger
  /** `ce_source` of what it sends. */
  readonly source: string
  /** A batch whose output is larger is cut. Bytes. */
  readonly outputLimit?: number
  /** Shared by lanes that may meet in the same documents. */
  readonly turns?: Turns
}

export type LaneState = 'starting' | 'running' | 'halted' | 'stopped'

const defaultOutputLimit = 4 * 1024 * 1024

export class Lane<T> {
  readonly lane: string
  readonly #options: LaneOptions<T>
  /** As stored; null when the lane has none yet. */
  #stored: Position | null = null
  #offset = 0
  #state: LaneState = 'starting'
  #haltReason: string | null = null
  readonly #counts: Record<string, number> = {}
  /** Batches for which it takes turns. */
  #cautious = 0
  readonly #turns: Turns
  /** Bytes, a running mean. */
  #outputPerInput = 8 * 1024

  constructor(options: LaneOptions<T>) {
    this.#options = options
    this.#turns = options.turns ?? new Turns()
    this.lane = laneOf(options.role.name, options.partition)
  }

  get state(): LaneState {
    return this.#state
  }

  get haltReason(): string | null {
    return this.#haltReason
  }

  /** Of the position it goes by. */
  get epoch(): number {
    return this.#stored?.epoch ?? 0
  }

  /** Where it stands. */
  get offset(): number {
    return this.#offset
  }

  /** Inputs, outputs, dead letters and what roles count, since the process started. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts
  }

  /** Rejects with `Interrupted` alone, when the signal aborts while a server is away. */
  async start(signal?: AbortSignal): Promise<Start> {
    this.#setState('starting')
    try {
      return await this.#begin(signal)
    } catch (error) {
      if (error instanceof Interrupted) throw error
      return this.#halt(messageOf(error), error)
    }
  }

  async #begin(signal: AbortSignal | undefined): Promise<Start> {
    const { store, log, partition, role } = this.#options
    const wait = { ...this.#options, signal }
    const readPosition = () =>
      persist(() => store.position(this.lane), { ...wait, what: `position of ${this.lane}` })
    let stored = await readPosition()
    for (;;) {
      const at = { offset: stored?.offset ?? 0, timestamp: stored?.timestamp ?? null }
      const what = `log of ${this.lane}`
      const place = await persist(() => log.inspect(partition, at, role.name), { ...wait, what })
      const problem = mismatch(stored, place)
      // Kept when it halts too: whoever looks for a later epoch has to know this one.
      this.#stored = stored
      if (problem === null) {
        this.#offset = stored?.offset ?? place.start
        break
      }
      // A former owner may have moved the position, and committed, since it was read: only one that stands is wrong.
      const again = await readPosition()
      if (again?.offset === stored?.offset && again?.epoch === stored?.epoch) return this.#halt(problem)
      stored = again
    }
    await this.#sendOwed(signal)
    this.#setState('running')
    return { kind: 'from', offset: this.#offset }
  }

  /** What was committed and perhaps not sent, oldest first: of former epochs too, as a resumed lane still owes it. */
  async #sendOwed(signal: AbortSignal | undefined): Promise<void> {
    const { store, logger } = this.#options
    const wait = { ...this.#options, signal, what: `journal of ${this.lane}` }
    for (let epoch = 0; epoch <= (this.#stored?.epoch ?? 0); epoch += 1) {
      const owed = await persist(() => store.journal.unsent(laneName(this.lane, epoch)), wait)
      for (const entry of owed) await this.#send(entry, { signal })
      if (owed.length > 0) logger.info({ lane: this.lane, entries: owed.length }, 'journal-sent')
    }
  }

  async batch(batch: Batch): Promise<BatchAnswer> {
    if (this.#state !== 'running') return this.#state === 'halted' ? { kind: 'halted' } : { kind: 'restart' }
    if (batch.from !== this.#offset) return this.#doubt(`a batch from ${batch.from}, not ${this.#offset}`)
    try {
      return await this.#process(batch)
    } catch (error) {
      // A rebalance: the consumer has to know.
      if (error instanceof HeartbeatFailed) throw error.cause
      if (error instanceof Interrupted) return { kind: 'restart' }
      if (!batch.signal.aborted) return this.#halt(messageOf(error), error)
      // Whoever has the partition next goes on from the stored position, and meets the same if it is more than the end.
      this.#options.logger.warn({ lane: this.lane, err: error }, 'batch-abandoned')
      return { kind: 'restart' }
    }
  }

  stop(): void {
    if (this.#state !== 'halted') this.#setState('stopped')
  }

  async #process(batch: Batch): Promise<BatchAnswer> {
    const { role, partition, codec } = this.#options
    const meanwhile = () => beat(batch)
    const wait: Waiting = { signal: batch.signal, meanwhile }
    const readings = await persist(() => readRecords(role, partition, batch.records, codec), {
      ...this.#options,
      ...wait,
      what: `schemas for ${this.lane}`,
    })
    let done = 0
    let most = Number.POSITIVE_INFINITY
    do {
      await meanwhile()
      if (batch.signal.aborted) return { kind: 'restart' }
      const size = Math.min(most, this.#pieceSize())
      const records = batch.records.slice(done, done + size)
      const last = done + records.length >= batch.records.length
      const to = last ? batch.to : (records.at(-1)?.offset ?? this.#offset) + 1
      const outcome = await this.#step(readings.slice(done, done + size), records, to, wait)
      if (outcome === 'position-moved') return this.#doubt('the position was moved by another owner')
      if (outcome === 'too-much') {
        most = Math.ceil(records.length / 2)
        continue
      }
      done += records.length
    } while (done < batch.records.length)
    return { kind: 'advanced', next: this.#offset }
  }

  /** One transaction and what it sends. `too-much`: the output is over the limit and the piece can be cut. */
  async #step(
    readings: readonly Reading<T>[],
    records: readonly LogRecord[],
    to: number,
    waiting: Waiting,
  ): Promise<'done' | 'position-moved' | 'too-much'> {
    const { role, store, codec, source, outputLimit = defaultOutputLimit } = this.#options
    const inputs = readings.flatMap(reading => (reading.kind === 'input' ? [reading.input] : []))
    const dead = readings.flatMap(reading =>
      reading.kind === 'fault' ? [deadLetter(role.name, reading.origin, reading.fault)] : [],
    )
    const from = this.#stored
    const position: Position = {
      lane: this.lane,
      offset: to,
      timestamp: records.at(-1)?.timestamp ?? from?.timestamp ?? null,
      epoch: from?.epoch ?? 0,
    }
    const wait = { ...this.#options, ...waiting, what: this.lane }
    const work = async (): Promise<Attempt> => {
      const now = (this.#options.now ?? this.#options.time.now)()
      const context = { lane: this.#name(), now, read: store }
      const effects = await persist(() => role.process(inputs, context), wait)
      const emissions: Emission[] = [...dead.map(letter => letter.emission), ...effects.emissions]
      const outgoing = await persist(
        () => outgoingRecords(emissions, { lane: this.#name(), source, codec, causes: records }),
        wait,
      )
      const size = outgoing.reduce((sum, record) => sum + sizeOf(record), 0)
      if (records.length > 0)
        this.#outputPerInput = Math.max(1, (this.#outputPerInput + size / records.length) / 2)
      if (records.length > 1 && size > outputLimit) return { kind: 'too-much' }
      const journal: JournalEntry | null =
        outgoing.length === 0
          ? null
          : { lane: this.#name(), first: records[0]?.offset ?? to, records: outgoing }
      const writes = [...dead.map(letter => letter.write), ...effects.writes]
      const outcome = await persist(
        () => store.commit({ move: { from, to: position }, writes, journal }),
        wait,
      )
      return outcome.kind === 'committed' ? { kind: 'committed', journal, counts: effects.counts } : outcome
    }
    for (let attempt = 1; ; attempt += 1) {
      const outcome = this.#cautious > 0 ? await this.#turns.take(work) : await work()
      if (outcome.kind === 'too-much' || outcome.kind === 'position-moved') return outcome.kind
      if (outcome.kind === 'conflict') {
        this.#options.logger.debug({ lane: this.lane, attempt, ...outcome }, 'conflict')
        this.#count('conflicts', 1)
        this.#cautious = cautiousFor
        // Each redo reads afresh what the other lane wrote; a pause, and a word, only when that goes on and on.
        if (attempt % 20 === 0) {
          this.#options.logger.warn({ lane: this.lane, attempt, ...outcome }, 'conflict-goes-on')
          await this.#options.time.sleep(50, waiting.signal)
          await waiting.meanwhile?.()
          if (waiting.signal?.aborted === true) throw new Interrupted(this.lane)
        }
        continue
      }
      this.#cautious = Math.max(0, this.#cautious - 1)
      this.#stored = position
      this.#offset = to
      this.#count('inputs', records.length)
      this.#count('deadLetters', dead.length)
      this.#count('outputs', outcome.journal?.records.length ?? 0)
      for (const [name, count] of Object.entries(outcome.counts)) this.#count(name, count)
      if (outcome.journal !== null) await this.#send(outcome.journal, waiting)
      return 'done'
    }
  }

  async #send(entry: JournalEntry, waiting: Waiting): Promise<void> {
    const { log, store, time } = this.#options
    await persist(() => log.producer.send(entry.records), {
      ...this.#options,
      ...waiting,
      what: `sending for ${this.lane}`,
    })
    await persist(() => store.journal.markSent(entry.lane, entry.first, time.now()), {
      ...this.#options,
      ...waiting,
      what: `journal of ${this.lane}`,
    })
  }

  /** Inputs whose output should fit one transaction, by what the last ones made; a miss only costs a second try. */
  #pieceSize(): number {
    const { outputLimit = defaultOutputLimit } = this.#options
    return Math.max(1, Math.floor((0.8 * outputLimit) / this.#outputPerInput))
  }

  #name(): string {
    return laneName(this.lane, this.#stored?.epoch ?? 0)
  }

  #doubt(reason: string): BatchAnswer {
    this.#options.logger.info({ lane: this.lane, reason }, 'lane-restarts')
    this.#setState('starting')
    return { kind: 'restart' }
  }

  #halt(reason: string, error?: unknown): { readonly kind: 'halted' } {
    this.#haltReason = reason
    this.#options.logger.error({ lane: this.lane, offset: this.#offset, reason, err: error }, 'lane-halted')
    this.#setState('halted')
    return { kind: 'halted' }
  }

  #setState(state: LaneState): void {
    if (state === this.#state) return
    this.#state = state
    this.#options.logger.debug({ lane: this.lane, state, offset: this.#offset }, 'lane')
  }

  #count(name: string, by: number): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + by
  }
}

/** What a wait for a server may be ended by, and what it must not forget. */
type Waiting = Pick<Persistence, 'signal' | 'meanwhile'>

/** What became of one try to work a piece. */
type Attempt =
  | {
      readonly kind: 'committed'
      readonly journal: JournalEntry | null
      readonly counts: Readonly<Record<string, number>>
    }
  /** The output is over the limit. */
  | { readonly kind: 'too-much' }
  | Exclude<CommitOutcome, { readonly kind: 'committed' }>

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { PortError } from '../ports/errors.ts'
import type { Batch, BatchAnswer, LogRecord, Start } from '../ports/log.ts'
import type { Position } from '../ports/store.ts'
import type { DeadDocument } from '../roles/documents/operations.ts'
import { lettersOf } from '../roles/redrive.ts'
import { commitAside, type MakeAside } from './aside.ts'
import { Conflicts } from './conflict.ts'
import { beat, HeartbeatFailed } from './heartbeat.ts'
import { laneOf } from './lane-name.ts'
import type { LaneOptions, Waiting } from './lane-options.ts'
import { misrouted } from './misrouted.ts'
import { PieceSize } from './piece-size.ts'
import { type Reading, readRecords } from './read.ts'
import { Interrupted, persist } from './retry.ts'
import { send, sendOwed } from './send.ts'
import { findPlace, messageOf } from './start.ts'
import { attempt, pieceOf } from './transaction.ts'
import { Turns } from './turns.ts'

/**
 * One lane: a role on one partition, and the protocol that gives every input exactly one effect.
 *
 *   start    the position is read from the store; the log must be able to be the one it was taken in, else the lane
 *            halts (`start.ts`). What the journal still owes is sent, oldest first (`send.ts`). Then reading starts at
 *            the position.
 *   batch    refused unless it starts where the position stands. Decoded (`read.ts`), cut into pieces (`piece-size.ts`),
 *            each handed to the role and committed in one transaction: position (guarded on its old value), documents
 *            (guarded by version), journal entry (`transaction.ts`).
 *              committed       → send the journal entry, mark it sent, go on
 *              position moved  → another worker has the lane: drop everything, start again
 *              conflict        → another lane changed a document: reload and redo the piece (`conflict.ts`)
 *   aside    what no input asked for is said between two batches, by the same rules (`aside.ts`).
 *   crash    before the commit: nothing happened. After it: the next start sends what the journal owes. While sending:
 *            records go out again with the same `seq`, which readers drop.
 */
export class Lane<T> {
  readonly lane: string
  readonly #options: LaneOptions<T>
  /** As stored; null when the lane has none yet. */
  #stored: Position | null = null
  #offset = 0
  /** Of its topic. */
  #partitions = 1
  #state: LaneState = 'starting'
  #haltReason: string | null = null
  #mayHeal = false
  /** The halt that was told, until it runs again: that it was tried and failed in the same way is nobody's concern. */
  #told: string | null = null
  readonly #counts: Record<string, number> = {}
  readonly #conflicts: Conflicts
  readonly #pieceSize: PieceSize
  /** A batch and what is said aside keep out of each other's way: what is committed is sent before the next begins. */
  readonly #turns = new Turns()
  readonly #stopping = new AbortController()
  #saying: Promise<unknown> = Promise.resolve()
  /** Waits for its turn. */
  #behind: Batch | null = null

  constructor(options: LaneOptions<T>) {
    this.#options = options
    this.lane = laneOf(options.role.name, options.partition)
    this.#conflicts = new Conflicts(this.lane, options, () => this.#count('conflicts', 1))
    this.#pieceSize = new PieceSize(options.outputLimit)
  }

  get state(): LaneState {
    return this.#state
  }

  get haltReason(): string | null {
    return this.#haltReason
  }

  /** Halted by what somebody may change on a server without a word to us: rights, log-ins, a topic that isn't there. */
  get mayHeal(): boolean {
    return this.#state === 'halted' && this.#mayHeal
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

  /**
   * Rejects with `Interrupted` alone, when the signal aborts while a server is away; `meanwhile` is called before each
   * further attempt to reach it.
   */
  start(signal?: AbortSignal, meanwhile?: () => Promise<void>): Promise<Start> {
    return this.#turns.take(this.lane, () => this.#start({ signal, meanwhile }))
  }

  async #start(waiting: Waiting): Promise<Start> {
    this.#setState('starting')
    const found = await findPlace(this.lane, this.#options, waiting)
    this.#stored = found.stored
    this.#offset = found.kind === 'place' ? found.offset : (found.stored?.offset ?? 0)
    if (found.kind === 'halted') return this.#halt(found.reason, found.error)
    this.#partitions = found.partitions
    try {
      await sendOwed(this.lane, this.#options, waiting)
    } catch (error) {
      if (error instanceof Interrupted) throw error
      return this.#halt(messageOf(error), error)
    }
    this.#setState('running')
    return { kind: 'from', offset: this.#offset }
  }

  async batch(batch: Batch): Promise<BatchAnswer> {
    this.#behind = batch
    return this.#turns.take(this.lane, () => {
      this.#behind = null
      return this.#batch(batch)
    })
  }

  /**
   * Says what no input asked for, once what it is at is done. `not-running` when the lane isn't this worker's (any more), or
   * it isn't the time yet: whether it was said is to be found out anew.
   */
  aside(make: MakeAside, signal: AbortSignal): Promise<'said' | 'not-running' | 'too-much'> {
    const either = AbortSignal.any([signal, this.#stopping.signal])
    return this.#turns.take(this.lane, () => {
      const saying = this.#sayAside(make, either)
      this.#saying = saying
      return saying
    })
  }

  /** Resolves once nothing is being said aside. */
  async quiet(): Promise<void> {
    await this.#saying
  }

  async #sayAside(make: MakeAside, signal: AbortSignal): Promise<'said' | 'not-running' | 'too-much'> {
    if (this.#state !== 'running' || signal.aborted) return 'not-running'
    // A batch that came meanwhile waits for this one's end: it has to show that it lives, and may be called off.
    const meanwhile = async () => {
      if (this.#behind?.signal.aborted === true) throw new Interrupted('aside')
      if (this.#behind !== null) await beat(this.#behind)
    }
    const waiting: Waiting = { signal, meanwhile }
    const stands = { from: this.#stored, lane: this.lane, offset: this.#offset }
    try {
      const aside = await commitAside(stands, make, this.#options, waiting)
      if (aside.kind === 'too-early') return 'not-running'
      if (aside.kind === 'too-much') return 'too-much'
      if (aside.kind === 'position-moved') return this.#doubtAside('the position was moved by another owner')
      this.#stored = aside.to
      this.#count('outputs', aside.journal?.records.length ?? 0)
      if (aside.journal !== null) await send(aside.journal, this.#options, waiting)
      return 'said'
    } catch (error) {
      return this.#doubtAside(messageOf(error))
    }
  }

  /** What it owes now goes out when it starts again, before it takes anything new; no batch may come to see to that. */
  #doubtAside(reason: string): 'not-running' {
    if (this.#state !== 'running') return 'not-running'
    this.#doubt(reason)
    this.#options.restart?.()
    return 'not-running'
  }

  async #batch(batch: Batch): Promise<BatchAnswer> {
    if (this.#state !== 'running') return this.#state === 'halted' ? { kind: 'halted' } : { kind: 'restart' }
    if (batch.from !== this.#offset) return this.#doubt(`a batch from ${batch.from}, not ${this.#offset}`)
    try {
      return await this.#process(batch)
    } catch (error) {
      // What is committed may not be sent yet: nothing newer is said before that.
      if (error instanceof HeartbeatFailed) {
        this.#doubt('the group goes on without us')
        // A rebalance: the consumer has to know.
        throw error.cause
      }
      if (error instanceof Interrupted) return this.#doubt(`interrupted: ${error.message}`)
      if (!batch.signal.aborted) return this.#halt(messageOf(error), error)
      // Whoever has the partition next goes on from the stored position, and meets the same if it is more than the end.
      this.#options.logger.warn({ lane: this.lane, err: error }, 'batch-abandoned')
      return this.#doubt('a batch was abandoned')
    }
  }

  /** Resolves once nothing is said aside any more: its next owner may have newer things to say. */
  async stop(): Promise<void> {
    if (this.#state !== 'halted') this.#setState('stopped')
    this.#stopping.abort()
    await this.#saying
  }

  async #process(batch: Batch): Promise<BatchAnswer> {
    const { role, partition, codec, store } = this.#options
    const meanwhile = () => beat(batch)
    const waiting: Waiting = { signal: batch.signal, meanwhile }
    const wait = { ...this.#options, ...waiting, what: `schemas for ${this.lane}` }
    const letters = await persist(() => lettersOf(partition.topic, batch.records, store), wait)
    const readings = await persist(() => readRecords(role, partition, batch.records, codec, letters), wait)
    let done = 0
    let most = Number.POSITIVE_INFINITY
    do {
      await meanwhile()
      if (batch.signal.aborted) return { kind: 'restart' }
      const size = Math.min(most, this.#pieceSize.next())
      const records = batch.records.slice(done, done + size)
      const last = done + records.length >= batch.records.length
      const to = last ? batch.to : (records.at(-1)?.offset ?? this.#offset) + 1
      const outcome = await this.#step(readings.slice(done, done + size), records, letters, to, waiting)
      if (outcome === 'position-moved') return this.#doubt('the position was moved by another owner')
      if (outcome === 'too-much') {
        most = Math.ceil(records.length / 2)
        continue
      }
      done += records.length
    } while (done < batch.records.length)
    return { kind: 'advanced', next: this.#offset }
  }

  /** One transaction and what it sends. */
  async #step(
    readings: readonly Reading<T>[],
    records: readonly LogRecord[],
    letters: ReadonlyMap<number, DeadDocument>,
    offset: number,
    waiting: Waiting,
  ): Promise<'committed' | 'position-moved' | 'too-much'> {
    const move = { from: this.#stored, to: { lane: this.lane, offset } }
    const piece = pieceOf(this.#options.role, readings, records, move, letters)
    const work = () => attempt(piece, this.#options, this.#pieceSize, waiting)
    const outcome = await this.#conflicts.redo(work, waiting)
    if (outcome.kind !== 'committed') return outcome.kind
    this.#stored = piece.to
    this.#offset = offset
    this.#count('inputs', records.length)
    this.#count('deadLetters', piece.dead.length)
    this.#count('misrouted', misrouted(records, this.#options.partition.partition, this.#partitions))
    this.#count('outputs', outcome.journal?.records.length ?? 0)
    for (const [name, count] of Object.entries(outcome.counts)) this.#count(name, count)
    if (outcome.journal !== null) await send(outcome.journal, this.#options, waiting)
    return 'committed'
  }

  /** It has to start again: from the stored position, and with what the journal owes. */
  #doubt(reason: string): BatchAnswer {
    if (this.#state !== 'running') return { kind: 'restart' }
    this.#options.logger.info({ lane: this.lane, reason }, 'lane-restarts')
    this.#setState('starting')
    return { kind: 'restart' }
  }

  #halt(reason: string, error?: unknown): { readonly kind: 'halted' } {
    const { logger } = this.#options
    const told = `${this.epoch} ${reason}`
    const fields = { lane: this.lane, offset: this.#offset, reason, err: error }
    if (this.#told === told) logger.debug(fields, 'lane-halted-still')
    else logger.error(fields, 'lane-halted')
    this.#told = told
    this.#haltReason = reason
    this.#mayHeal = error instanceof PortError && error.code === 'configuration'
    this.#setState('halted')
    return { kind: 'halted' }
  }

  #setState(state: LaneState): void {
    if (state === this.#state) return
    this.#state = state
    if (state === 'running') this.#told = null
    this.#options.logger.debug({ lane: this.lane, state, offset: this.#offset }, 'lane')
  }

  #count(name: string, by: number): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + by
  }
}

export type LaneState = 'starting' | 'running' | 'halted' | 'stopped'

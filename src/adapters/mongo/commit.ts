import { setTimeout as sleep } from 'node:timers/promises'
import { type ClientSession, MongoBulkWriteError } from 'mongodb'
import { unavailable } from '../../ports/errors.ts'
import type { CollectionMap, CommitOutcome, PositionMove, UnitOfWork } from '../../ports/store.ts'
import type { Causality } from './causality.ts'
import { type Connection, durable } from './client.ts'
import { serverCode } from './codes.ts'
import { codeOf, hasLabel, isTooLarge, isTransient } from './errors.ts'
import { documentTooLarge } from './largest.ts'
import { positionsOf } from './positions.ts'
import { byCollection, type Step, stepsOf } from './writes.ts'

/**
 * A unit of work as one transaction: the position, then the writes, then the commit. A command goes out for each collection
 * and kind of write. One for all of them (`bulkWrite` of MongoDB 8) saves round trips, but took twice as long for a batch on
 * the server it could be measured on, which takes such writes one at a time.
 *
 *   a guard doesn't hold                → undone; the outcome says which
 *   met another transaction's write     → undone and begun again after a short pause, until the guards tell
 *   the answer to the commit was lost   → the commit is asked again, which does nothing twice
 *   out of time                         → rejects as unavailable; whether it was written, the position tells
 */
export async function commitUnit<C extends CollectionMap>(
  connection: Connection,
  causality: Causality,
  { move, writes, journal }: UnitOfWork<C>,
): Promise<CommitOutcome> {
  const steps = stepsOf(writes, journal)
  if (move === null && steps.length === 0) return { kind: 'committed' }
  const deadline = Date.now() + connection.timeout
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await tryOnce(connection, causality, move, steps, deadline)
    if (outcome !== 'again') return outcome
    if (attempt === mostAttempts || Date.now() > deadline)
      throw unavailable(
        `${connection.place} lets nothing through: others keep writing the same, or no primary is left`,
      )
    await pause(attempt)
  }
}

const mostAttempts = 40
const committed: CommitOutcome = { kind: 'committed' }

async function tryOnce(
  connection: Connection,
  causality: Causality,
  move: PositionMove | null,
  steps: readonly Step[],
  deadline: number,
): Promise<CommitOutcome | 'again'> {
  const session = connection.client.startSession()
  try {
    // Snapshot: what the guards see is one state, committed by a majority once we are.
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: durable,
      readPreference: 'primary',
    })
    const outcome = await guarded(connection, move, steps, session)
    if (outcome !== committed) {
      await session.abortTransaction()
      return outcome
    }
    return await settle(session, deadline)
  } catch (error) {
    // A lost connection is labelled so too; without a server there is no use in asking it forty times.
    if (!isTransient(error) || codeOf(error) === null) throw error
    return 'again'
  } finally {
    causality.note(session)
    // Undoes what is left open. Not waited for: the server may be gone, and undoes it by itself then.
    void session.endSession().catch(() => undefined)
  }
}

/** Everything but the commit. */
async function guarded(
  connection: Connection,
  move: PositionMove | null,
  steps: readonly Step[],
  session: ClientSession,
): Promise<CommitOutcome | 'again'> {
  if (move !== null) {
    try {
      if (!(await positionsOf(connection.database).move(move, session))) return { kind: 'position-moved' }
    } catch (error) {
      if (codeOf(error) === serverCode.duplicateKey) return { kind: 'position-moved' }
      throw error
    }
  }
  for (const group of byCollection(steps)) {
    const fault = await write(connection, group, session)
    if (fault === null) continue
    const { step, code } = fault
    if (code === serverCode.writeConflict) return 'again'
    // A put has no guard: it met an insert that came between.
    if (step.kind === 'put') return 'again'
    return { kind: 'conflict', collection: step.collection, id: step.id }
  }
  return committed
}

interface Fault {
  readonly step: Step
  /** Of the server; null when a replace found nothing to replace. */
  readonly code: number | null
}

/** Returns the first write whose guard didn't hold. */
async function write(
  connection: Connection,
  steps: readonly Step[],
  session: ClientSession,
): Promise<Fault | null> {
  try {
    const upserted = await send(connection, steps, session)
    for (const at of upserted) {
      const step = steps[at]
      if (step?.kind === 'replace') return { step, code: null }
    }
    return null
  } catch (error) {
    const failed = firstFailed(error)
    const step = failed === null ? undefined : steps[failed.at]
    if (failed !== null && step !== undefined) {
      const { code } = failed
      if (code === serverCode.duplicateKey || code === serverCode.writeConflict) return { step, code }
    }
    throw isTooLarge(error) ? documentTooLarge(connection.place, steps) : error
  }
}

/** Returns the places of the writes that made a document where there was none to replace. */
async function send(
  { database }: Connection,
  steps: readonly Step[],
  session: ClientSession,
): Promise<number[]> {
  const models = steps.map(({ model: { name, ...model } }) => ({ [name]: model }))
  const collection = database.collection<{ _id: unknown }>(steps[0]?.collection ?? '')
  const result = await collection.bulkWrite(models as never, { session, ordered: true })
  return Object.keys(result.upsertedIds).map(Number)
}

function firstFailed(error: unknown): { readonly at: number; readonly code: number } | null {
  if (!(error instanceof MongoBulkWriteError)) return null
  const first = Array.isArray(error.writeErrors) ? error.writeErrors[0] : error.writeErrors
  return first === undefined ? null : { at: first.index, code: first.code }
}

async function settle(session: ClientSession, deadline: number): Promise<CommitOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await session.commitTransaction()
      return committed
    } catch (error) {
      const unknown = hasLabel(error, 'UnknownTransactionCommitResult')
      if (!unknown || Date.now() > deadline) throw error
      await pause(attempt)
    }
  }
}

/** Up to 3 ms at first, up to 100 ms in the end, at random, so that those who met don't meet again. */
function pause(attempt: number): Promise<void> {
  return sleep(Math.random() * Math.min(100, 3 * 1.5 ** attempt))
}

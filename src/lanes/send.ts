import type { JournalEntry } from '../ports/store.ts'
import type { LaneOptions, Waiting } from './lane-options.ts'
import { Interrupted, persist } from './retry.ts'

type Sending<T> = Pick<LaneOptions<T>, 'log' | 'store' | 'time' | 'logger'>

/** Sends what was committed, then marks it sent. Between the two it may be sent again: with the same `seq`. */
export async function send<T>(entry: JournalEntry, options: Sending<T>, waiting: Waiting): Promise<void> {
  const { log, store, time } = options
  const { lane, first, records } = entry
  const wait = { ...options, ...waiting }
  await persist(() => log.producer.send(records, { owed: true }), { ...wait, what: `sending for ${lane}` })
  await persist(() => store.journal.markSent(lane, first, time.now()), {
    ...wait,
    what: `journal of ${lane}`,
  })
}

/** What was committed and perhaps not sent, oldest first: of former epochs too, as a resumed lane still owes it. */
export async function sendOwed<T>(lane: string, options: Sending<T>, waiting: Waiting): Promise<void> {
  const { store, logger } = options
  const wait = { ...options, ...waiting, what: `journal of ${lane}` }
  const owed = await persist(() => store.journal.unsent(lane), wait)
  for (const entry of owed) {
    // Whoever has the lane by now sends them, and newer ones.
    if (waiting.signal?.aborted === true) throw new Interrupted(wait.what)
    await send(entry, options, waiting)
  }
  if (owed.length > 0) logger.info({ lane, entries: owed.length }, 'journal-sent')
}

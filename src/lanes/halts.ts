import { toTimestamp } from '../domain/time.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'

export interface HaltsOptions {
  readonly store: Store<Collections>
  readonly logger: Logger
  readonly time: Pick<Time, 'now'>
  /** Names this process. */
  readonly holder: string
}

/** A lane that can't go on, for whoever asks what is wrong: the log line may be long gone by then. */
export async function noteHalt(
  { lane, offset, reason }: { readonly lane: string; readonly offset: number; readonly reason: string },
  { store, logger, time, holder }: HaltsOptions,
): Promise<void> {
  const document = { _id: lane, reason, offset, haltedAt: toTimestamp(time.now()), holder }
  await attempt({ kind: 'put', collection: 'halts', document }, { store, logger })
}

/** The lane runs (again). */
export async function forgetHalt(lane: string, { store, logger }: HaltsOptions): Promise<void> {
  try {
    if (!(await store.get('halts', [lane])).has(lane)) return
  } catch (err) {
    logger.warn({ lane, err }, 'halt-not-read')
    return
  }
  await attempt({ kind: 'remove', collection: 'halts', id: lane }, { store, logger })
}

/** What can't be written was logged, and is no reason to stop anything. */
async function attempt(
  write: Write<Collections>,
  { store, logger }: Pick<HaltsOptions, 'store' | 'logger'>,
): Promise<void> {
  try {
    await store.commit({ move: null, writes: [write], journal: null })
  } catch (err) {
    logger.warn({ err }, 'halt-not-kept')
  }
}

import { MergedReader } from '../../adapters/embedded/scan.ts'
import { type RoutedEvent, routedSchema } from '../../domain/events.ts'
import type { Timestamp } from '../../domain/time.ts'
import type { HistoryLine } from '../../lanes/timeline.ts'
import { topics } from '../../roles/topics.ts'
import type { Folder } from '../folder.ts'
import { jsonOf } from '../records.ts'
import { answerTo, type RealAnswer } from './answers.ts'

export interface ResponderOptions {
  /** What the firms really did, by referralId. */
  readonly answers: ReadonlyMap<string, RealAnswer>
  /** When each RFI was really asked, by rfiId. */
  readonly askedAt: ReadonlyMap<string, Timestamp>
  readonly seed: string
}

/** Plays all partners: reads `referrals` as a notifier would, and answers what is new there. */
export async function responderOn(
  { log }: Pick<Folder, 'log'>,
  { answers, askedAt, seed }: ResponderOptions,
): Promise<() => readonly HistoryLine[]> {
  const stretches = await log.stretches([topics.referrals])
  const endless = stretches.map(stretch => ({ ...stretch, end: Number.POSITIVE_INFINITY }))
  const reader = new MergedReader(log.read, endless)
  return () =>
    [...reader.available()].flatMap(({ value }) => {
      const json = jsonOf(value)
      const routed: RoutedEvent = routedSchema.parse(json.ok ? json.value : null)
      const real = answers.get(routed.referralId)
      return answerTo(routed, real, { seed, askedAt: askedAt.get(routed.rfiId) ?? routed.occurredAt })
    })
}

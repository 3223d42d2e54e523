import type { Log } from '../../src/ports/log.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Collections } from '../../src/roles/collections.ts'
import { topics } from '../../src/roles/topics.ts'
import type { Bed } from '../e2e/rebuild-under-load.ts'
import { routed } from './arbitraries.ts'
import { untilDrained } from './drained.ts'
import { startWorker } from './embedded.ts'

interface Place {
  readonly log: Bed['log']
  readonly store: Store<Collections>
}

/** A referral to each partner, as a router would have sent and kept it; then projected. */
export async function fillPartners(
  { log, store }: Place,
  names: readonly string[],
  prefix = 'rfi',
): Promise<void> {
  const lane = `router/rfis/0~${prefix.length}`
  const records = names.map((partnerId, at) => {
    const [rfiId, referralId] = [`${prefix}-${at}`, `${prefix}-${at}:${partnerId}`]
    const value = { ...routed(), rfiId, referralId, partnerId }
    const headers = { ce_time: value.occurredAt }
    const bytes = new TextEncoder().encode(JSON.stringify(value))
    return { topic: topics.status, key: partnerId, value: bytes, headers }
  })
  await store.commit({ move: null, writes: [], journal: { lane, first: 0, records } })
  await log.producer.send(records)
  await store.journal.markSent(lane, 0, Date.now())
  const { stop } = startWorker({ log: log as Log, store, roles: ['projector'] })
  try {
    await untilDrained({ log, store }, ['projector'])
  } finally {
    await stop()
  }
}

/** What is in the topic of visibilities, by partition. */
export const visibilityEnds = async ({ log }: Place): Promise<ReadonlyMap<number, number>> =>
  new Map((await log.stretches([topics.visibility])).map(({ partition, end }) => [partition, end]))

export interface Told {
  readonly partnerId: string
  readonly version: number
  readonly weightsId: string
  readonly evidence: unknown
  readonly parts: unknown
  readonly lane: string
  readonly id: string
}

/** What was sent since. */
export async function toldSince({ log }: Place, from: ReadonlyMap<number, number>): Promise<Told[]> {
  const found: Told[] = []
  const stretches = await log.stretches([topics.visibility])
  const since = stretches.map(one => ({ ...one, start: from.get(one.partition) ?? one.start }))
  for await (const { value, headers } of log.scan(since)) {
    const { partnerId, version, weightsId, evidence, parts } = JSON.parse(Buffer.from(value ?? []).toString())
    const { lane = '', ce_id: id = '' } = headers
    found.push({ partnerId, version, weightsId, evidence, parts, lane, id })
  }
  return found
}

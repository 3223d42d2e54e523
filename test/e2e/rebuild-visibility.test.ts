import { expect, it, onTestFinished } from 'vitest'
import { partitionOf } from '../../src/ports/murmur2.ts'
import type { Store, Write } from '../../src/ports/store.ts'
import type { Collections } from '../../src/roles/collections.ts'
import { topics } from '../../src/roles/topics.ts'
import { routed } from '../support/arbitraries.ts'
import { untilDrained } from '../support/drained.ts'
import { openOwnData, startWorker } from '../support/embedded.ts'
import { type Bed, rebuildOf } from './rebuild-under-load.ts'

const partitions = 2
const names = Array.from({ length: 900 }, (_, at) => `partner-${at}`)
const ofLane = (partition: number) =>
  names.filter(name => partitionOf(Buffer.from(name), partitions) === partition).sort()

it('a rebuild of evidence sends the visibility of every partner of the lane, once, under new epochs', async () => {
  const data = await openOwnData({ partitions })
  onTestFinished(() => data.close())
  await fill(data)

  // Nothing differs: nothing is sent.
  let from = await ends(data)
  await rebuildOf(data, { projection: 'evidence' })
  expect(await told(data, from)).toEqual([])

  const [wrong = ''] = ofLane(0)
  await damage(data, wrong)
  const sums = await rebuildOf(data, { projection: 'funnel' })
  expect(sums.exchanged).toBe(false)
  expect(await told(data, from)).toEqual([])

  // Ended before what differs was exchanged, its pieces sent: the next one knows that nothing was finished.
  const failing = { ...data, store: failingAt(data.store, 3) }
  await expect(rebuildOf(failing, { projection: 'evidence' })).rejects.toThrow('killed')
  const early = await told(data, from)
  expect(early.length).toBeGreaterThan(200)
  expect(early.map(({ partnerId }) => partnerId)).not.toContain(wrong)

  from = await ends(data)
  const done = await rebuildOf(data, { projection: 'evidence' })
  expect(done).toMatchObject({ exchanged: true, left: 0, differences: { evidence: 1 } })
  const all = await told(data, from)
  expect(all.map(({ partnerId }) => partnerId).sort()).toEqual(ofLane(0))
  expect(all.at(-1)?.partnerId).toBe(wrong)
  // In pieces, each under an epoch of its own, that above any before.
  const lanes = Map.groupBy(all, ({ lane }) => lane)
  expect([...lanes.keys()]).toEqual([3, 4, 5, 6].slice(0, lanes.size).map(epoch => `${lane0}~${epoch}`))
  for (const some of lanes.values()) expect(some.length).toBeLessThanOrEqual(200)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  const stored = await data.store.get('partners', names)
  for (const { partnerId, version, evidence } of all)
    expect({ version, evidence }).toEqual({ version: 1, evidence: stored.get(partnerId)?.evidence })
  expect(await data.store.journal.unsentCount()).toBe(0)

  // What they are compared with counts too, and is what was rebuilt.
  from = await ends(data)
  const population = `population/${lane0}`
  await data.store.commit({
    ...{ move: null, journal: null },
    writes: [{ kind: 'remove', collection: 'cells', id: population }],
  })
  await rebuildOf(data, { projection: 'evidence' })
  const again = await told(data, from)
  expect(again.map(({ partnerId, parts }) => [partnerId, parts]).sort()).toEqual(
    all.map(({ partnerId, parts }) => [partnerId, parts]).sort(),
  )
})

const lane0 = `projector/${topics.status}/0`

/** A referral to each partner, as a router would have sent and kept it; then projected. */
async function fill({ log, store }: Bed): Promise<void> {
  const records = names.map((partnerId, at) => {
    const [rfiId, referralId] = [`rfi-${at}`, `rfi-${at}:${partnerId}`]
    const value = { ...routed(), rfiId, referralId, partnerId }
    const headers = { ce_time: value.occurredAt }
    return {
      topic: topics.status,
      key: partnerId,
      value: new TextEncoder().encode(JSON.stringify(value)),
      headers,
    }
  })
  await store.commit({ move: null, writes: [], journal: { lane: 'router/rfis/0', first: 0, records } })
  await log.producer.send(records)
  await store.journal.markSent('router/rfis/0', 0, Date.now())
  const { stop } = startWorker({ log, store, roles: ['projector'] })
  try {
    await untilDrained({ log, store }, ['projector'])
  } finally {
    await stop()
  }
}

async function damage({ store }: Bed, id: string): Promise<void> {
  const document = (await store.get('partners', [id])).get(id)
  if (document === undefined) throw new Error(`no partner ${id}`)
  const wrong = { ...document, evidence: { ...document.evidence, version: 1_000_000 } }
  const writes: Write<Collections>[] = [{ kind: 'put', collection: 'partners', document: wrong }]
  await store.commit({ move: null, writes, journal: null })
}

/** Ends the process, as it were, before the nth commit. */
function failingAt(store: Store<Collections>, nth: number): Store<Collections> {
  let commits = 0
  return {
    ...store,
    commit(work) {
      commits += 1
      return commits === nth ? Promise.reject(new Error('killed')) : store.commit(work)
    },
  }
}

const ends = async ({ log }: Bed) =>
  new Map((await log.stretches([topics.visibility])).map(({ partition, end }) => [partition, end]))

/** What was sent since. */
async function told({ log }: Bed, from: ReadonlyMap<number, number>) {
  const found: {
    partnerId: string
    version: number
    evidence: unknown
    parts: unknown
    lane: string
    id: string
  }[] = []
  const stretches = await log.stretches([topics.visibility])
  const since = stretches.map(one => ({ ...one, start: from.get(one.partition) ?? one.start }))
  for await (const { value, headers } of log.scan(since)) {
    const { partnerId, version, evidence, parts } = JSON.parse(Buffer.from(value ?? []).toString())
    const { lane = '', ce_id: id = '' } = headers
    found.push({ partnerId, version, evidence, parts, lane, id })
  }
  return found
}

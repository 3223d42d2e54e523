import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { lanesOf } from '../../src/cli/lane-places.ts'
import { type Rebuilt, rebuild } from '../../src/lanes/rebuild/rebuild.ts'
import { TableReader } from '../../src/lanes/table-reader.ts'
import type { Log, LogReader, OutgoingRecord } from '../../src/ports/log.ts'
import type { Store, Write } from '../../src/ports/store.ts'
import { noBuckets } from '../../src/ranking/buckets.ts'
import type { Collections } from '../../src/roles/collections.ts'
import type { projected } from '../../src/roles/rebuild/projections.ts'
import { type RoleName, roleNames } from '../../src/roles/role.ts'
import { Tables } from '../../src/roles/tables.ts'
import { topics } from '../../src/roles/topics.ts'
import { answersTo } from '../crash/feed/answers.ts'
import { directoryRecords } from '../crash/feed/profiles.ts'
import { createRfiFeed } from '../crash/feed/rfis.ts'
import { untilDrained } from '../support/drained.ts'
import { openOwnData, startWorker } from '../support/embedded.ts'

export interface Bed {
  readonly log: Log & LogReader
  readonly store: Store<Collections>
}

/** RFIs, and answers to what comes of them, until it is stopped. */
export function startLoad({ log }: Bed, { rfisAtOnce, rest }: { rfisAtOnce: number; rest: number }) {
  const ending = new AbortController()
  const { signal } = ending
  const counts = { rfis: 0, answers: 0 }
  const nextRfi = createRfiFeed(7, { crowded: false })
  const asking = (async () => {
    while (!signal.aborted) {
      await log.producer.send(Array.from({ length: rfisAtOnce }, () => nextRfi(Date.now())).flat())
      counts.rfis += rfisAtOnce
      await setTimeout(rest)
    }
  })()
  const answering = (async () => {
    const stretches = await log.stretches([topics.referrals])
    const open = stretches.map(stretch => ({ ...stretch, end: Number.POSITIVE_INFINITY }))
    for await (const { value } of log.scan(open, signal)) {
      const { referralId, partnerId, expiresAt } = JSON.parse(Buffer.from(value ?? []).toString())
      const answers = answersTo({ referralId, partnerId, expiresAt: Date.parse(expiresAt) }, Date.now())
      if (answers.length === 0) continue
      await log.producer.send(answers.map(({ record }) => record))
      counts.answers += answers.length
    }
  })()
  return {
    counts,
    async stop(): Promise<void> {
      ending.abort()
      await Promise.all([asking, answering])
    },
  }
}

export async function rebuildOf(
  { log, store }: Bed,
  { projection = null as string | null, exchange = true } = {},
): Promise<Rebuilt> {
  const beside = await openOwnData()
  try {
    return await rebuild({
      ...{ log, store, projection, exchange },
      ...{ codec: jsonCodec, beside: beside.store },
    })
  } finally {
    await beside.close()
  }
}

const projectedTo = async ({ store }: Bed) =>
  (await store.positions())
    .filter(({ lane }) => lane.startsWith('projector/'))
    .reduce((sum, { offset }) => sum + offset, 0)

async function until(what: string, ask: () => Promise<boolean>, within = 30_000): Promise<void> {
  const end = performance.now() + within
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`not in ${within} ms: ${what}`)
    await setTimeout(50)
  }
}

/** What a router holds, as text. */
function held(tables: Tables, partners: readonly string[]): string {
  const records = partners.map(id => tables.recordOf(id as never))
  return JSON.stringify({ records, population: tables.population })
}

/** The whole story on a bed, from an empty one. */
export async function rebuildUnderLoad(
  bed: Bed,
  { rfisAtOnce, rest, events }: { rfisAtOnce: number; rest: number; events: number },
): Promise<void> {
  const { log, store } = bed
  const { stop } = startWorker({ log, store, tableInterval: 50, heraldInterval: 50, heraldSettling: 500 })
  const follower = new Tables()
  const reader = new TableReader(store, follower, ['weights', 'partners', 'interests', 'cells'])
  let load: ReturnType<typeof startLoad> | null = null
  try {
    await log.producer.send(directoryRecords(7, { crowded: false }))
    await until('profiles', async () => (await store.count('profiles', {})) > 20)
    load = startLoad(bed, { rfisAtOnce, rest })
    await until('events', async () => (await projectedTo(bed)) > events)

    // Everything, while it flows: again where a rebuild of so little was done before anything more had come.
    await until(
      'a rebuild during which the lanes went on',
      async () => {
        const before = await projectedTo(bed)
        const first = await rebuildOf(bed)
        expect(first).toMatchObject({ differences: {}, named: [], exchanged: false, left: 0, unsettled: [] })
        expect(Object.keys(first.compared)).toEqual(expect.arrayContaining(['inbox', 'evidence', 'funnel']))
        return (await projectedTo(bed)) > before
      },
      60_000,
    )

    // By hand, in the store, while it flows.
    const damage = await damaged(bed)
    await reader.poll()
    expect(held(follower, ['nobody'])).not.toBe(held(follower, ['unknown']))
    const found = await rebuildOf(bed, { exchange: false })
    expect(found.exchanged).toBe(false)
    expect(found.named.map(({ collection, id }) => `${collection} ${id}`)).toEqual(
      expect.arrayContaining(damage.named),
    )
    expect(found.named.find(({ id }) => id === 'nobody')?.kind).toBe('extra')
    const mended = await rebuildOf(bed)
    expect(mended).toMatchObject({ exchanged: true, left: 0, unsettled: [], lacking: { count: 0 } })
    expect(mended.named.map(({ collection, id }) => `${collection} ${id}`)).toEqual(
      expect.arrayContaining(damage.named),
    )

    await load.stop()
    load = null
    await until('the end', async () => {
      await untilDrained(bed, roleNames)
      return true
    })
    expect(await rebuildOf(bed)).toMatchObject({ differences: {}, exchanged: false, unsettled: [] })

    // Who followed all the time holds what who comes now reads.
    await reader.poll()
    const fresh = new Tables()
    await new TableReader(store, fresh, ['weights', 'partners', 'interests', 'cells']).ready()
    const partners = (await store.find('partners', { where: {} })).map(({ _id }) => _id)
    expect(partners).toContain('nobody')
    expect(held(follower, partners)).toBe(held(fresh, partners))
    expect(held(follower, ['nobody'])).toBe(held(fresh, ['unknown']))

    await until('visibility', () => visibilityAfter(bed, damage.partner))
  } finally {
    await load?.stop()
    await stop()
  }
}

/**
 * What stands still, on a bed that has been used: a projector that lags, a journal entry that was never sent, read models
 * that were dropped, a journal that isn't whole.
 */
export async function rebuildAtRest(bed: Bed): Promise<void> {
  const { log, store } = bed
  const nextRfi = createRfiFeed(7, { crowded: false })
  // Not those that were asked before.
  for (let at = 0; at < 5000; at += 1) nextRfi(Date.now())
  await log.producer.send(Array.from({ length: 20 }, () => nextRfi(Date.now())).flat())
  const others = roleNames.filter(role => role !== 'projector' && role !== 'clock')
  await worked(bed, others)
  const behind = await lagOf(bed)
  expect(behind).toBeGreaterThan(5)
  const same = { differences: {}, exchanged: false, unsettled: [], lacking: { count: 0 } }

  // Whether it was sent, nobody knows: here it wasn't.
  const record = await neverSent(bed)
  await store.commit({
    ...{ move: null, writes: [] },
    journal: { lane: 'router/rfis/0', first: 1_000_000_000, records: [record] },
  })
  expect(await rebuildOf(bed)).toMatchObject(same)

  const removes: Write<Collections>[] = []
  for (const collection of ['inbox', 'cells', 'needs', 'interests'] as const)
    for (const { _id } of await store.find(collection, { where: {} }))
      removes.push({ kind: 'remove', collection, id: _id })
  // The journal begins later than the read models: what was rebuilt isn't all of them.
  const cut = await rebuildOf(await withoutOldest(bed), {})
  expect(cut.lacking.count).toBeGreaterThan(0)
  expect(cut.exchanged).toBe(false)

  await store.commit({ move: null, writes: removes, journal: null })
  const funnel = await rebuildOf(bed, { projection: 'funnel' })
  expect(funnel).toMatchObject({ exchanged: true, left: 0 })
  expect(Object.keys(funnel.differences)).toEqual(['funnel'])
  expect(funnel.named.length).toBeLessThanOrEqual(50)
  const all = await rebuildOf(bed)
  expect(all).toMatchObject({ exchanged: true, left: 0, unsettled: [], lacking: { count: 0 } })
  expect(all.named).toHaveLength(50)
  expect(await lagOf(bed)).toBe(behind)

  await worked(bed, roleNames)
  expect(await rebuildOf(bed)).toMatchObject(same)
  const [, id = ''] = /"referralId":"([^"]+)"/.exec(Buffer.from(record.value ?? []).toString()) ?? []
  expect((await store.get('inbox', [id])).size).toBe(1)
}

/** Runs these roles until nothing is left for them. */
async function worked(bed: Bed, roles: readonly RoleName[]): Promise<void> {
  const { stop } = startWorker({ ...bed, roles })
  try {
    await untilDrained(bed, roles)
  } finally {
    await stop()
  }
}

async function lagOf({ log, store }: Bed): Promise<number> {
  const positions = new Map((await store.positions()).map(({ lane, offset }) => [lane, offset]))
  const places = await lanesOf({ log }, ['projector'])
  return places.reduce((sum, { lane, start, end }) => sum + end - (positions.get(lane) ?? start), 0)
}

/** A routing like the last one's, of another RFI. */
async function neverSent({ log }: Bed): Promise<OutgoingRecord> {
  for await (const { key, value, headers } of log.scan(await log.stretches([topics.status]))) {
    const event = JSON.parse(Buffer.from(value ?? []).toString())
    if (event.type !== 'referral.routed') continue
    const [rfiId, referralId] = ['never-sent', `never-sent:${event.partnerId}`]
    const text = JSON.stringify({ ...event, rfiId, referralId })
    return { topic: topics.status, key, value: new TextEncoder().encode(text), headers }
  }
  throw new Error('nothing was routed')
}

/** The bed with a journal that lacks the first half of its entries. */
async function withoutOldest({ log, store }: Bed): Promise<Bed> {
  const { journal } = store
  const gone = Math.floor((await journal.count()) / 2)
  return {
    log,
    store: {
      ...store,
      journal: {
        ...journal,
        async *kept() {
          let at = 0
          for await (const entry of journal.kept()) if (at++ >= gone) yield entry
        },
      },
    },
  }
}

/** Changes one document of each kind. Returns what they are. */
async function damaged({ store }: Bed) {
  const one = async <K extends (typeof projected)[number]>(collection: K): Promise<Collections[K]> => {
    const [document] = await store.find(collection, { where: {}, sort: [['_id', 1]], limit: 1 })
    if (document === undefined) throw new Error(`no ${collection}`)
    return document
  }
  const [partner, row] = [await one('partners'), await one('inbox')]
  const cells = await store.find('cells', { where: { kind: 'funnel' } })
  const cell = cells.find(({ kind }) => kind === 'funnel')
  if (cell?.kind !== 'funnel') throw new Error('no funnel')
  const wrong = { ...partner, evidence: { ...partner.evidence, version: 1_000_000, buckets: noBuckets } }
  const extra = { ...partner, _id: 'nobody', evidence: { ...partner.evidence, partnerId: 'nobody' } }
  const writes = [
    { kind: 'put', collection: 'partners', document: wrong },
    { kind: 'put', collection: 'partners', document: extra },
    { kind: 'put', collection: 'cells', document: { ...cell, counts: { ...cell.counts, routed: 99_999 } } },
    { kind: 'remove', collection: 'inbox', id: row._id },
  ] as unknown as Write<Collections>[]
  await store.commit({ move: null, writes, journal: null })
  return {
    partner: partner._id,
    named: [`partners ${partner._id}`, 'partners nobody', `cells ${cell._id}`, `inbox ${row._id}`],
  }
}

/** Whether the partner's visibility was sent by a lane under another epoch, with what the store has. */
async function visibilityAfter({ log, store }: Bed, partner: string): Promise<boolean> {
  let last: { lane: string; version: number } | null = null
  for await (const { headers, value } of log.scan(await log.stretches([topics.visibility]))) {
    const told = JSON.parse(Buffer.from(value ?? []).toString())
    if (told.partnerId === partner) last = { lane: headers.lane ?? '', version: told.version }
  }
  const stored = (await store.get('partners', [partner])).get(partner)
  return last?.lane.includes('~') === true && last.version === stored?.evidence.version
}

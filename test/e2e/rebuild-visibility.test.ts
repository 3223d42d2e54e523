import { expect, it, onTestFinished } from 'vitest'
import { partitionOf } from '../../src/ports/murmur2.ts'
import type { Store, Write } from '../../src/ports/store.ts'
import type { Collections } from '../../src/roles/collections.ts'
import { topics } from '../../src/roles/topics.ts'
import { openOwnData } from '../support/embedded.ts'
import { fillPartners, toldSince, visibilityEnds } from '../support/told.ts'
import { type Bed, rebuildOf } from './rebuild-under-load.ts'

const partitions = 2
const names = Array.from({ length: 900 }, (_, at) => `partner-${at}`)
const ofLane = (partition: number) =>
  names.filter(name => partitionOf(Buffer.from(name), partitions) === partition).sort()

it('a rebuild of evidence sends the visibility of every partner of the lane, once, under new epochs', async () => {
  const data = await openOwnData({ partitions })
  onTestFinished(() => data.close())
  await fillPartners(data, names)

  // Nothing differs: nothing is sent.
  let from = await visibilityEnds(data)
  await rebuildOf(data, { projection: 'evidence' })
  expect(await toldSince(data, from)).toEqual([])

  const [wrong = ''] = ofLane(0)
  await damage(data, wrong)
  const sums = await rebuildOf(data, { projection: 'funnel' })
  expect(sums.exchanged).toBe(false)
  expect(await toldSince(data, from)).toEqual([])

  // Ended before what differs was exchanged, its pieces sent: the next one knows that nothing was finished.
  const failing = { ...data, store: failingAt(data.store, 3) }
  await expect(rebuildOf(failing, { projection: 'evidence' })).rejects.toThrow('killed')
  const early = await toldSince(data, from)
  expect(early.length).toBeGreaterThan(200)
  expect(early.map(({ partnerId }) => partnerId)).not.toContain(wrong)

  from = await visibilityEnds(data)
  const done = await rebuildOf(data, { projection: 'evidence' })
  expect(done).toMatchObject({ exchanged: true, left: 0, differences: { evidence: 1 } })
  const all = await toldSince(data, from)
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
  from = await visibilityEnds(data)
  const population = `population/${lane0}`
  await data.store.commit({
    ...{ move: null, journal: null },
    writes: [{ kind: 'remove', collection: 'cells', id: population }],
  })
  await rebuildOf(data, { projection: 'evidence' })
  const again = await toldSince(data, from)
  expect(again.map(({ partnerId, parts }) => [partnerId, parts]).sort()).toEqual(
    all.map(({ partnerId, parts }) => [partnerId, parts]).sort(),
  )
})

const lane0 = `projector/${topics.status}/0`

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

import { expect, it } from 'vitest'
import type { PartnerId } from '../domain/ids.ts'
import type { Position, Store } from '../ports/store.ts'
import { noEvidence } from '../ranking/evidence.ts'
import { defaultRelease, type Release } from '../ranking/release.ts'
import type { Collections } from '../roles/collections.ts'
import { Tables } from '../roles/tables.ts'
import { TableReader } from './table-reader.ts'

const partners = ['acme', 'bolt', 'crux'] as PartnerId[]
const lane = 'directory/ranking-weights/0'

function withHalfLife(halfLifeDays: number): Release {
  return { ...defaultRelease, parameters: { ...defaultRelease.parameters, halfLifeDays } }
}

/** A store with some partners, whose reads `during` can look at from within. */
function bench() {
  const tables = new Tables()
  const weights: Collections['weights'][] = []
  const changed = { lane: 'projector/referral-status/0', offset: 1 }
  let offset = 0
  let during = (_collection: string): void => undefined
  const rows = {
    weights,
    partners: partners.map(_id => ({ _id, evidence: { ...noEvidence(_id), version: 1 }, changed })),
  }
  const store = {
    positions: async (): Promise<Position[]> => [{ lane, offset, epoch: 0, timestamp: null }],
    async find(collection: string) {
      during(collection)
      return rows[collection as keyof typeof rows] ?? []
    },
  } as unknown as Store<Collections>
  const reader = new TableReader(store, tables, ['partners', 'interests', 'weights'])
  return {
    tables,
    reader,
    publish(release: Release, hash: string): void {
      weights[0] = {
        ...{ _id: 'live', version: offset, recordTime: 0, release, hash },
        changed: { lane, offset },
      }
      offset += 1
    },
    watch(look: typeof during): void {
      during = look
    },
    records: () => partners.map(partner => tables.recordOf(partner)),
  }
}

it('ranks by the release before, and by all it knows, until everything is counted by the new half-life', async () => {
  const { tables, reader, publish, watch, records } = bench()
  await reader.ready()
  const before = records()
  const seen: unknown[] = []
  watch(() => seen.push([tables.releaseHash, records()]))
  const former = tables.releaseHash
  publish(withHalfLife(7), 'shorter')
  await reader.poll()
  // One look each: the new release, then interests and partners read again.
  expect(seen).toEqual([1, 2, 3].map(() => [former, before]))
  expect(tables.releaseHash).toBe('shorter')
  expect(tables.interests.halfLifeDays).toBe(7)
  watch(() => undefined)
  await reader.poll()
  expect(tables.coming).toBeNull()
})

it('begins again with what was not read to its end, and forgets it when the half-life is withdrawn', async () => {
  const { tables, reader, publish, watch } = bench()
  await reader.ready()
  const former = tables.interests
  publish(withHalfLife(7), 'shorter')
  watch(collection => {
    if (collection === 'partners') throw new Error('away')
  })
  await expect(reader.poll()).rejects.toThrow('away')
  expect(tables.coming).not.toBeNull()
  expect(tables.interests).toBe(former)
  const looked: string[] = []
  watch(collection => looked.push(collection))
  publish({ ...defaultRelease, parameters: { ...defaultRelease.parameters } }, 'as before')
  await reader.poll()
  expect(tables.releaseHash).toBe('as before')
  expect(tables.interests).toBe(former)
  publish(withHalfLife(9), 'another')
  await reader.poll()
  expect([tables.releaseHash, tables.interests.halfLifeDays]).toEqual(['another', 9])
  expect(looked.filter(collection => collection === 'partners').length).toBeGreaterThanOrEqual(2)
})

it('takes the first release at once: nothing has to be counted again', async () => {
  const { tables, reader, publish, watch } = bench()
  const looked: string[] = []
  watch(collection => looked.push(collection))
  publish(withHalfLife(7), 'first')
  await reader.ready()
  expect(tables.releaseHash).toBe('first')
  expect(looked.toSorted()).toEqual(['interests', 'partners', 'weights'])
})

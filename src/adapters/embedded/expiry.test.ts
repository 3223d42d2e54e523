import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { silent } from '../../ports/logger.ts'
import type { Catalogue, StoredDocument } from '../../ports/store.ts'
import { keepExpiring } from './expiry.ts'
import { type Embedded, openEmbedded } from './folder.ts'

type Letters = { dead: StoredDocument; kept: StoredDocument }
const catalogue: Catalogue<Letters> = { dead: { indexes: [], expires: true }, kept: { indexes: [] } }
const now = Date.parse('2026-03-09T00:00:00.000Z')
const due = '2026-03-09T00:00:00.000Z'
const later = '2026-03-09T00:00:00.001Z'

const directory = mkdtempSync(join(tmpdir(), 'expiry-'))
let folder: Embedded<Letters>
beforeAll(async () => {
  const options = { catalogue, topics: [], time: { now: () => now }, synchronous: 'off' } as const
  folder = await openEmbedded<Letters>(directory, options)
})
afterAll(async () => {
  await folder.close()
  rmSync(directory, { recursive: true })
})

const put = (collection: keyof Letters, documents: readonly StoredDocument[]) =>
  folder.store.commit({
    move: null,
    writes: documents.map(document => ({ kind: 'put', collection, document })),
    journal: null,
  })
const ids = async (collection: keyof Letters) =>
  (await folder.store.find(collection, { where: {} })).map(({ _id }) => _id).toSorted()

test('what is due is removed, all of it, and nothing else', async () => {
  const many = Array.from({ length: 1200 }, (_, at) => ({ _id: `due ${at}`, removeAt: due }))
  await put('dead', [
    ...many,
    { _id: 'later', removeAt: later },
    { _id: 'never', removeAt: null },
    { _id: 'plain' },
  ])
  await put('kept', [{ _id: 'due', removeAt: due }])
  expect(await folder.store.expire(now)).toBe(1200)
  expect(await ids('dead')).toEqual(['later', 'never', 'plain'])
  expect(await ids('kept')).toEqual(['due'])
  expect(await folder.store.expire(now)).toBe(0)
})

test('at once, and then every hour until it is ended', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    let at = now
    let calls = 0
    const expire = async () => {
      calls += 1
      if (calls === 2) throw new Error('locked')
      return 1
    }
    const told: string[] = []
    const note = (_fields: object, event: string) => void told.push(event)
    const end = await keepExpiring(
      { expire },
      { logger: { ...silent, info: note, warn: note }, now: () => at++ },
    )
    await vi.advanceTimersByTimeAsync(2 * 3_600_000)
    expect(told).toEqual(['expired-removed', 'expired-not-removed', 'expired-removed'])
    end()
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(calls).toBe(3)
  } finally {
    vi.useRealTimers()
  }
})

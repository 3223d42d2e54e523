import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StoredDocument } from '../../ports/store.ts'
import { openEmbedded } from './folder.ts'

type Sample = { things: StoredDocument }

const options = { catalogue: { things: { indexes: [] } }, topics: ['t'], time: { now: () => 1 } }
const lane = 'role/t/0'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'folder-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a reader beside a worker reads, and can not write', async () => {
  await expect(openEmbedded<Sample>(directory, { ...options, readOnly: true })).rejects.toMatchObject({
    code: 'configuration',
  })
  const worker = await openEmbedded<Sample>(directory, options)
  const reader = await openEmbedded<Sample>(directory, { ...options, readOnly: true })
  await worker.log.producer.send([{ topic: 't', key: 'a', value: null, headers: {} }])
  expect(reader.log.ends().reduce((sum, { end }) => sum + end, 0)).toBe(1)
  const unit = { move: null, writes: [], journal: { lane, first: 0, records: [] } }
  await expect(reader.store.commit(unit)).rejects.toMatchObject({ code: 'configuration' })
  await reader.close()
  await worker.close()
})

test('a read-only folder without a collection says so', async () => {
  await (await openEmbedded<Sample>(directory, options)).close()
  const catalogue = { ...options.catalogue, others: { indexes: [] } }
  await expect(
    openEmbedded<Sample & { others: StoredDocument }>(directory, { ...options, catalogue, readOnly: true }),
  ).rejects.toMatchObject({ code: 'configuration' })
})

test('another number of partitions is refused, and the file let go', async () => {
  await (await openEmbedded<Sample>(directory, { ...options, partitions: 2 })).close()
  await expect(openEmbedded<Sample>(directory, { ...options, partitions: 3 })).rejects.toMatchObject({
    code: 'configuration',
  })
  await (await openEmbedded<Sample>(directory, options)).close()
})

test('killed while committing: each unit is there whole or not at all', async () => {
  const code = `import { openEmbedded } from ${JSON.stringify(import.meta.resolve('./folder.ts'))}
    const { store, log } = await openEmbedded(${JSON.stringify(directory)},
      { catalogue: { things: { indexes: [] } }, topics: ['t'], time: { now: () => 1 } })
    const at = offset => ({ lane: '${lane}', offset, timestamp: 1, epoch: 0 })
    const record = { topic: 't', key: 'a', value: new Uint8Array(500), headers: {} }
    for (let offset = 0; ; offset++) {
      const writes = [0, 1, 2].map(n => ({ kind: 'insert', collection: 'things', document: { _id: offset + '/' + n } }))
      const outcome = await store.commit({ move: { from: offset === 0 ? null : at(offset), to: at(offset + 1) }, writes,
        journal: { lane: '${lane}', first: offset, records: [record, record] } })
      if (outcome.kind !== 'committed') throw new Error(outcome.kind)
      await log.producer.send([record, record])
      await store.journal.markSent('${lane}', offset, 1)
      if (offset === 20) process.stdout.write('under way')
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')

  const { store, log, close } = await openEmbedded<Sample>(directory, options)
  const done = (await store.position(lane))?.offset ?? 0
  expect(done).toBeGreaterThan(20)
  expect(await store.count('things', {})).toBe(done * 3)
  const sent = log.ends().reduce((sum, { end }) => sum + end, 0)
  const unsent = await store.journal.unsent(lane)
  // Nothing owed to the log is lost: what is not in it is still in the journal.
  expect(sent % 2).toBe(0)
  expect(unsent.length).toBeLessThanOrEqual(1)
  expect(sent / 2 + unsent.length).toBeGreaterThanOrEqual(done)
  await close()
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openFolder, openToWrite } from '../../src/cli/folder.ts'
import { readConfig } from '../../src/ops/config.ts'
import { deadLetter } from '../../src/roles/dead-letter.ts'
import type { DeadDocument } from '../../src/roles/documents/operations.ts'
import { topics } from '../../src/roles/topics.ts'

const directory = mkdtempSync(join(tmpdir(), 'referral-router-expiry-'))
afterAll(() => rmSync(directory, { recursive: true }))

const day = 24 * 3_600_000
const fault = { code: 'missing', field: 'rfiId', found: 'missing', expected: 'string' } as const
const letter = (offset: number, days: number) =>
  deadLetter(
    'router',
    {
      topic: topics.rfis,
      partition: 0,
      offset,
      timestamp: Date.now() - days * day,
      bytes: new Uint8Array(),
      key: null,
    },
    fault,
  ).write

it('a worker that starts on a folder removes what an RFI left in dead 7 days ago; who only writes to it does not', async () => {
  const reading = readConfig({ environment: {}, flags: { data: directory } })
  if (!reading.ok) throw new Error(reading.problems.join())
  const folder = await openToWrite(reading.config)
  await folder.store.commit({ move: null, writes: [letter(1, 8), letter(2, 6)], journal: null })
  await folder.close()
  const backend = await openFolder(reading.config, { access: 'write' })
  const offsets = async () =>
    (await backend.store.find('dead', { where: {} })).map(({ offset }: DeadDocument) => offset)
  try {
    expect(await offsets()).toEqual([1, 2])
    await backend.prepare()
    expect(await offsets()).toEqual([2])
  } finally {
    await backend.close()
  }
})

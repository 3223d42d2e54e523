import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readHistory } from './read-history.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rfi = (rfiId: string, title = 'ERP') =>
  JSON.stringify({
    rfiId,
    occurredAt: '2026-01-01T00:00:00.000Z',
    channel: 'seller',
    customer: { country: 'JP' },
    need: { title },
  })
const idsIn = async (text: string) => {
  writeFileSync(join(folder, 'rfis.ndjson'), text)
  const { rfis, readings } = await readHistory(folder)
  const titles = rfis.map(({ need }) => need.title)
  return { ids: rfis.map(({ rfiId }) => rfiId as string), titles, ...readings['rfis.ndjson'] }
}

test.each([
  ['line feeds', `${rfi('a')}\n${rfi('b')}\n`, 2],
  ['none after the last', `${rfi('a')}\n${rfi('b')}`, 2],
  ['carriage returns, a byte order mark, blank lines', `\uFEFF${rfi('a')}\r\n\r\n${rfi('b')}\r\n`, 3],
  ['a line separator within', `${rfi('a', '橋\u2028の工事')}\n${rfi('b')}\n`, 2],
])('a file with %s', async (_, text, lines) => {
  expect(await idsIn(text)).toMatchObject({ ids: ['a', 'b'], lines, skipped: 0, faults: [] })
})

test('lines over many blocks are whole, characters of several bytes too', async () => {
  const long = '橋'.repeat(1_100_000)
  const { ids, titles } = await idsIn(`${rfi('a')}\n${rfi('b', long)}\n${rfi('c')}\n`)
  expect(ids).toEqual(['a', 'b', 'c'])
  expect(titles[1] === long).toBe(true)
})

test('of a line without an end the beginning is looked at, and the lines after it are read', async () => {
  const most = 16 * 1024 * 1024
  const { ids, faults } = await idsIn(`${rfi('a')}\n${'y'.repeat(most + 4_000_000)}\n${rfi('b')}\n`)
  expect(ids).toEqual(['a', 'b'])
  expect(faults).toMatchObject([{ line: 2, found: `text of ${most} characters`, expected: 'JSON' }])
})

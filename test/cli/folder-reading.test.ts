import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { MergedReader } from '../../src/adapters/embedded/scan.ts'
import { sumFunnel } from '../../src/cli/funnel-rows.ts'
import { inputsOf } from '../../src/cli/lane-places.ts'
import { lineBlocksOf } from '../../src/cli/lines.ts'
import type { LogRecord } from '../../src/ports/log.ts'
import type { FunnelCell } from '../../src/roles/collections.ts'
import { directory } from '../../src/roles/directory.ts'
import { projector } from '../../src/roles/projector.ts'
import { referral } from '../../src/roles/referral.ts'
import { router } from '../../src/roles/router.ts'
import { Tables } from '../../src/roles/tables.ts'
import { topics } from '../../src/roles/topics.ts'
import { temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

describe('lines', () => {
  it.each([
    ['none', '', []],
    ['with and without an end', 'a\nb', ['a', 'b']],
    ['empty ones', '\n\na\r\n\r\nb\n', ['a', 'b']],
  ])('%s', async (name, text, expected) => {
    const path = join(folder.path, name)
    writeFileSync(path, text)
    const lines: string[] = []
    for await (const block of lineBlocksOf(path))
      for (const line of block) lines.push(new TextDecoder().decode(line))
    expect(lines).toEqual(expected)
  })

  it('keeps bytes that are no text, and lines longer than a block', async () => {
    const path = join(folder.path, 'bytes')
    const long = Buffer.alloc(3_000_000, 0xff)
    writeFileSync(path, Buffer.concat([Buffer.from([0xfe, 0x0a]), long, Buffer.from('\nx')]))
    const lengths: number[] = []
    for await (const block of lineBlocksOf(path)) for (const line of block) lengths.push(line.length)
    expect(lengths).toEqual([1, 3_000_000, 1])
  })
})

describe('a topic read as one stream', () => {
  it('gives every record once, by time, in offset order within a partition', () => {
    const steps = fc.array(fc.nat(3), { maxLength: 1200 })
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 4 }), partitions => {
        const logs = partitions.map(steps => {
          let timestamp = 0
          return steps.map((step, offset): LogRecord => {
            timestamp += step
            return { offset, timestamp, key: null, value: null, headers: {} }
          })
        })
        const read = ({ partition }: { partition: number }, from: number, limit: number) =>
          (logs[partition] ?? []).slice(from, from + limit)
        const reader = new MergedReader(
          read,
          logs.map(({ length }, partition) => ({ topic: topics.status, partition, start: 0, end: length })),
        )
        const records = [...reader.available()]
        expect(records).toHaveLength(logs.flat().length)
        const keys = records.map(
          ({ timestamp, partition, offset }) => [timestamp, partition, offset] as const,
        )
        const sorted = keys.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
        expect(keys).toEqual(sorted)
        expect([...reader.available()]).toEqual([])
      }),
      { numRuns: 30 },
    )
  })
})

it('knows what each role reads', () => {
  const tables = new Tables()
  const ready = () => Promise.resolve()
  const roles = [
    directory(),
    router({ tables, ready, customerSecret: '' }),
    referral(),
    projector({ tables, ready }),
  ]
  expect(inputsOf).toEqual({
    clock: [],
    ...Object.fromEntries(roles.map(({ name, topics }) => [name, topics])),
  })
})

describe('the funnel', () => {
  const counts = fc.record({
    routed: fc.nat(99),
    answered: fc.nat(99),
    answeredWithin24h: fc.nat(99),
    accepted: fc.nat(99),
    declined: fc.nat(99),
    expired: fc.nat(99),
    won: fc.nat(99),
    lost: fc.nat(99),
  })
  const money = fc.dictionary(fc.constantFrom('EUR', 'JPY'), fc.integer({ min: 1, max: 999 }).map(String))
  const cell: fc.Arbitrary<FunnelCell> = fc.record({
    _id: fc.string(),
    kind: fc.constant('funnel'),
    month: fc.constantFrom('2010-01', '2010-02'),
    channel: fc.constantFrom('marketing', 'seller'),
    country: fc.constantFrom('JP', 'PT'),
    size: fc.constantFrom(null, '1to9employees'),
    counts,
    acceptedValue: money,
    wonValue: money,
  })

  it.each(['channel', 'country', 'size', 'month'] as const)('adds up to the same by %s', by => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 10 }), cells => {
        const rows = sumFunnel(cells, by)
        const [all] = sumFunnel(cells, null)
        const again = rows.map(row => ({ ...cells[0], ...row, kind: 'funnel' }) as FunnelCell)
        expect(sumFunnel(again, null)).toEqual([all])
        expect(rows.map(({ group }) => group)).toEqual(rows.map(({ group }) => group).toSorted())
      }),
    )
  })

  it('has no row without cells', () => {
    expect(sumFunnel([], null)).toEqual([])
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MergedReader } from '../../src/adapters/embedded/scan.ts'
import { dimensionOf, type Grouping, groupings, sumFunnel } from '../../src/cli/funnel-rows.ts'
import { inputsOf } from '../../src/cli/lane-places.ts'
import { lineBlocksOf } from '../../src/cli/lines.ts'
import { minute, toTimestamp } from '../../src/domain/time.ts'
import type { LogRecord } from '../../src/ports/log.ts'
import { directory } from '../../src/roles/directory.ts'
import type { FunnelCell } from '../../src/roles/documents/read-models.ts'
import { addTime, noTimes } from '../../src/roles/folds/stage-times.ts'
import { projector } from '../../src/roles/projector.ts'
import { referral } from '../../src/roles/referral.ts'
import { router } from '../../src/roles/router.ts'
import { Tables } from '../../src/roles/tables.ts'
import { topics } from '../../src/roles/topics.ts'
import { fc } from '../support/property.ts'
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
    rfis: fc.nat(99),
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
  const took = fc.array(fc.integer({ min: 0, max: 9_000_000 }), { maxLength: 5 })
  const times = took.map(all =>
    all.length === 0
      ? {}
      : {
          answered: all.reduce(
            (sum, minutes) => addTime(sum, toTimestamp(0), toTimestamp(minutes * minute)),
            noTimes,
          ),
        },
  )
  const cellsBy = (by: Grouping) =>
    fc.array(
      fc.record<FunnelCell>({
        _id: fc.string(),
        kind: fc.constant('funnel'),
        by: fc.constant(dimensionOf(by)),
        span: fc.constant('month'),
        period: fc.constantFrom('2010-01', '2010-02'),
        group: fc.constantFrom('one', 'other'),
        counts,
        acceptedValue: money,
        wonValue: money,
        times,
      }),
      { minLength: 1, maxLength: 10 },
    )

  it.each(groupings)('adds up to the same by %s', by => {
    const whole = (cells: readonly FunnelCell[]) =>
      sumFunnel(
        cells.map(cell => ({ ...cell, by: 'round' })),
        null,
      )
    fc.assert(
      fc.property(cellsBy(by), cells => {
        const rows = sumFunnel(cells, by)
        const again = rows.map(row => ({ ...(cells[0] as FunnelCell), ...row }))
        expect(whole(again)).toEqual(whole(cells))
        expect(rows.map(({ group }) => group)).toEqual(rows.map(({ group }) => group).toSorted())
        // Of other dimensions nothing is counted twice.
        const others = cells.map((cell): FunnelCell => ({ ...cell, by: by === 'size' ? 'country' : 'size' }))
        expect(sumFunnel([...others, ...cells], by)).toEqual(rows)
      }),
    )
  })

  it('has no row without cells', () => {
    expect(sumFunnel([], null)).toEqual([])
  })
})

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandSchema } from '../../src/domain/commands.ts'
import { profileSchema } from '../../src/domain/profile.ts'
import { rfiSchema } from '../../src/domain/rfi.ts'
import { formsOfNeed } from '../../src/matching/terms.ts'
import { fc } from '../../test/support/property.ts'
import { convert } from './conversion.ts'
import { run } from './convert.ts'
import { columns } from './incident.ts'
import { readMoment } from './moment.ts'
import { readZipped } from './zip.ts'

/** The file's header: the subcategory is headed `category`. */
const header = columns.map(column => (column === 'subcategory' ? 'category' : column)).join(',')

type Values = Partial<Record<(typeof columns)[number], string>>
const common: Values = {
  made_sla: 'true',
  opened_at: '29/2/2016 01:16',
  location: '143',
  category: '55',
  subcategory: '170',
  u_symptom: '72',
  cmdb_ci: '?',
  caller_id: '2403',
  opened_by: '8',
  contact_type: 'Self service',
  impact: '2',
  urgency: '2',
  priority: '3',
  resolved_by: '149',
  resolved_at: '29/2/2016 11:29',
  closed_at: '5/3/2016 12:00',
}
const row = (values: Values) => columns.map(column => ({ ...common, ...values })[column] ?? '?').join(',')
const event = (version: number, at: string, group: string, values: Values = {}) =>
  row({
    number: '45',
    sys_mod_count: `${version}`,
    sys_updated_at: `29/2/2016 ${at}`,
    assignment_group: group,
    ...values,
  })

const first = [
  event(0, '01:23', '56'),
  event(1, '02:00', '70', { category: '99', priority: '1' }),
  event(2, '03:00', '56'),
  event(3, '11:29', '25', { made_sla: 'false' }),
]
/** Opened when the first is not resolved yet; at its end no group is named, and no time of resolving. */
const second = [
  event(0, '05:00', '?', { number: '46', opened_at: '29/2/2016 04:50', resolved_at: '?' }),
  event(1, '06:00', '70', { number: '46', opened_at: '29/2/2016 04:50', resolved_at: '?' }),
  event(2, '07:00', '?', { number: '46', opened_at: '29/2/2016 04:50', resolved_at: '?' }),
]
const rows = [...first, ...second]
const csvOf = (lines: string[]) => [header, ...lines].map(line => `${line}\n`).join('')
const parse = (lines: string[] = []) => lines.map(line => JSON.parse(line))
const shortly = (lines: string[] = []) =>
  parse(lines).map(({ commandId, referralId, partnerId, occurredAt }) => [
    commandId ?? referralId ?? partnerId,
    occurredAt.slice(5, 16),
  ])

describe('converting', () => {
  const people = convert(csvOf(rows), 'person')
  const teams = convert(csvOf(rows), 'team')

  it('makes an RFI of what the first event says', () => {
    expect(parse(people.rfis)[0]).toEqual({
      rfiId: 'incident-45',
      occurredAt: '2016-02-29T01:16:00.000Z',
      channel: 'marketing',
      customer: { name: 'Caller 2403, ticket 45', country: 'US', region: 'location 143' },
      need: {
        title: 'category_55',
        keywords: [
          ...['category_55', 'subcategory_170', 'symptom_72', 'caller_2403', 'opener_8'],
          ...['contact_Self_service', 'impact_2', 'urgency_2', 'priority_3'],
        ],
      },
      expiresAt: '2017-04-04T01:16:00.000Z',
      consent: { shareWithPartners: true, contact: true },
    })
    expect(teams.rfis).toEqual(people.rfis)
  })

  it('gives every keyword as one term to the matcher', () => {
    const need = rfiSchema.parse(parse(people.rfis)[0]).need
    expect(formsOfNeed(need, ['en'])).toHaveLength(need.keywords.length)
  })

  it('has persons accept when they resolve, or at the closing when no such time is known', () => {
    expect(people.referrals).toBeUndefined()
    expect(shortly(people.commands)).toEqual([
      ['incident-45:person-149/accept', '02-29T11:29'],
      ['incident-45:person-149/lose', '03-05T12:00'],
      ['incident-46:person-149/accept', '03-05T12:00'],
      ['incident-46:person-149/win', '03-05T12:00'],
    ])
    expect(shortly(people.profiles)).toEqual([['person-149', '02-29T11:29']])
  })

  it('offers a team a ticket when it first gets it; passing it on is a decline', () => {
    expect(shortly(teams.referrals)).toEqual([
      ['incident-45:team-56', '02-29T01:16'],
      ['incident-45:team-70', '02-29T02:00'],
      ['incident-46:team-70', '02-29T06:00'],
      ['incident-45:team-25', '02-29T11:29'],
    ])
    expect(shortly(teams.commands)).toEqual([
      ['incident-45:team-70/decline', '02-29T03:00'],
      ['incident-46:team-70/decline', '02-29T07:00'],
      ['incident-45:team-56/decline', '02-29T11:29'],
      ['incident-45:team-25/accept', '02-29T11:29'],
      ['incident-45:team-25/lose', '03-05T12:00'],
    ])
    expect(shortly(teams.profiles)).toEqual([
      ['team-56', '02-29T01:16'],
      ['team-70', '02-29T02:00'],
      ['team-25', '02-29T11:29'],
    ])
  })

  it('writes what the product reads', () => {
    for (const { profiles, rfis, commands } of [people, teams]) {
      for (const profile of parse(profiles)) profileSchema.parse(profile)
      for (const rfi of parse(rfis)) rfiSchema.parse(rfi)
      for (const command of parse(commands)) commandSchema.parse(command)
    }
  })

  it('depends not on the order of the rows', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), shuffled => {
        expect(convert(csvOf(shuffled), 'team')).toEqual(teams)
        expect(convert(csvOf(shuffled), 'person')).toEqual(people)
      }),
      { numRuns: 20 },
    )
  })

  it('says nothing in an RFI that a later event or the end told', () => {
    const ends: Values = { resolved_by: '7', resolved_at: '1/3/2016 00:00', closed_at: '9/3/2016 00:00' }
    const alone = event(0, '01:23', '99', { ...ends, made_sla: 'false' })
    expect(convert(csvOf([alone]), 'person').rfis).toEqual(convert(csvOf(first), 'person').rfis)
  })

  it.each([
    ['a missing column', csvOf(rows).replace('caller_id', 'caller'), 'column caller_id is missing'],
    ['no rows', csvOf([]), 'the file holds no events'],
    ['a time that is none', csvOf(rows).replace('02:00', '25:00'), 'record 2: sys_updated_at is not a time'],
    ['a number that is none', csvOf([row({ number: 'x' })]), 'record 1: number is not a number: "x"'],
  ])('refuses %s', (_, csv, message) => {
    expect(() => convert(csv, 'team')).toThrow(message)
  })
})

it.each([
  ['29/2/2016 01:16', Date.UTC(2016, 1, 29, 1, 16)],
  ['30/2/2016 01:16', undefined],
  ['1/13/2016 01:16', undefined],
  ['1/1/2016 24:00', undefined],
  ['?', undefined],
])('reads the moment %s', (text, moment) => {
  expect(readMoment(text)).toBe(moment)
})

describe('a zip archive', () => {
  const content = Buffer.from('number\n1\n')

  it('is read, deflated or stored', () => {
    for (const method of [0, 8])
      expect(readZipped(zipOf('log/a.csv', content, method), 'a.csv')).toEqual(content)
  })

  it.each([
    ['no archive', content, 'not a zip archive'],
    ['another file', zipOf('b.csv', content, 8), 'the archive holds no a.csv'],
    ['another method', zipOf('a.csv', content, 12), 'method 12'],
    ['a cut archive', zipOf('a.csv', content, 8).subarray(20), 'damaged'],
  ])('is refused: %s', (_, archive, message) => {
    expect(() => readZipped(archive, 'a.csv')).toThrow(message)
  })
})

function zipOf(name: string, content: Buffer, method: number): Buffer {
  const data = method === 0 ? content : deflateRawSync(content)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50)
  local.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50)
  entry.writeUInt16LE(method, 10)
  entry.writeUInt32LE(data.length, 20)
  entry.writeUInt32LE(content.length, 24)
  entry.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(30 + name.length + data.length, 16)
  return Buffer.concat([local, Buffer.from(name), data, entry, Buffer.from(name), end])
}

describe('the command', () => {
  let folder = ''
  const printed: string[] = []
  const complaints: string[] = []
  const convertInto = (...args: string[]) =>
    run(
      args,
      line => printed.push(line),
      line => complaints.push(line),
    )

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'incidents-'))
    printed.length = 0
    complaints.length = 0
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('writes the same bytes from the archive and from the extracted file', async () => {
    const log = Buffer.from(csvOf(rows))
    const written: string[][] = []
    for (const [name, bytes] of [
      ['zip', zipOf('x/incident_event_log.csv', log, 8)],
      ['csv', log],
    ] as const) {
      await writeFile(join(folder, `incident_event_log.${name}`), bytes)
      const out = join(folder, name, 'deep')
      expect(await convertInto('--from', folder, '--out', out, '--partner', 'team')).toBe(0)
      const names = ['partner-profiles', 'rfis', 'referrals', 'referral-commands']
      written.push(await Promise.all(names.map(file => readFile(join(out, `${file}.ndjson`), 'utf8'))))
    }
    expect(written[0]).toEqual(written[1])
    expect(printed[0]).toContain('2 RFIs, 3 profiles, 4 referrals, 5 commands')
  })

  it.each([
    ['nothing', []],
    ['no --out', ['--from', 'x', '--partner', 'team']],
    ['another partner', ['--from', 'x', '--out', 'y', '--partner', 'firm']],
    ['an unknown option', ['--from', 'x', '--out', 'y', '--partner', 'team', '--last', '3']],
  ])('refuses %s', async (_, args) => {
    expect(await convertInto(...args)).toBe(2)
    expect(complaints).toHaveLength(2)
  })

  it('explains a failure in one line', async () => {
    expect(await convertInto('--from', folder, '--out', folder, '--partner', 'person')).toBe(1)
    expect(complaints).toEqual([expect.stringMatching(/there is no .*; --from names/)])
  })
})

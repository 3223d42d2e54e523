import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const history = join(folder.path, 'history')
const day = 24 * 60 * 60 * 1000
const at = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * day).toISOString()

/** Two trades, two firms: each takes what is of its trade. */
beforeAll(() => {
  const trades = ['bridge', 'garden']
  const profiles = trades.map((trade, index) => ({
    profileId: `p${index}/PT`,
    partnerId: `p${index}`,
    occurredAt: at(0),
    name: trade,
    country: 'PT',
    state: 'published',
    locations: [{ locationId: 'l', contact: { email: 'p@p.example' } }],
    tags: { keywords: [trade] },
  }))
  const rfis = Array.from({ length: 20 }, (_, index) => ({
    rfiId: `r${index}`,
    occurredAt: at(1 + index),
    channel: 'seller',
    customer: { country: 'PT' },
    need: { title: trades[index % 2] },
    consent: { shareWithPartners: true },
  }))
  const commands = rfis.flatMap(({ rfiId }, index) => {
    const partnerId = `p${index % 2}`
    const ids = { referralId: `${rfiId}:${partnerId}`, partnerId }
    return [
      {
        commandId: `a${index}`,
        ...ids,
        occurredAt: at(1.02 + index),
        type: 'accept',
        engagement: { name: 'deal' },
      },
      {
        commandId: `w${index}`,
        ...ids,
        occurredAt: at(1.5 + index),
        type: index % 3 === 0 ? 'lose' : 'win',
        reason: 2,
      },
    ]
  })
  const write = (name: string, lines: readonly object[], more = '') => {
    mkdirSync(history, { recursive: true })
    writeFileSync(join(history, name), lines.map(line => `${JSON.stringify(line)}\n`).join('') + more)
  }
  write('partner-profiles.ndjson', profiles)
  write('rfis.ndjson', rfis, '\nnonsense\n')
  write('referral-commands.ndjson', commands)
})

const outOf = (name: string) => join(folder.path, name)
const read = (name: string, file: string) => readFileSync(join(outOf(name), file), 'utf8')

test('ranks a history, and writes the same bytes again', async () => {
  const ways = { one: [], other: [], parted: ['--threads', '3'] }
  const [one, other, parted] = await Promise.all(
    Object.entries(ways).map(([name, how]) =>
      run(['replay', '--in', history, '--out', outOf(name), '--json', ...how]),
    ),
  )
  expect(one).toMatchObject({ code: 0 })
  expect(one?.stderr).toMatch(
    /rfis\.ndjson: 1 of 22 lines skipped\n {2}line 22: the line: text of 8 characters/,
  )
  const metrics = JSON.parse(one?.stdout ?? '')
  expect(JSON.parse(read('one', 'metrics.json'))).toEqual(metrics)
  expect(metrics).toMatchObject({
    split: 0.5,
    rfis: 10,
    events: 62,
    ranking: { accepted: { n: 10, recall: { 1: 1 }, mrr: 1, ndcg10: 1 }, won: { recall: { 1: 1 } } },
    offered: { accept: { n: 10, baseRate: 1, auc: null }, win: { n: 10 } },
    candidates: { unroutable: 0 },
  })
  expect(metrics.eventsPerSecond).toBeGreaterThan(0)
  expect(Object.keys(metrics.baselines)).toContain('popularity')

  for (const [name, ran] of Object.entries({ other, parted })) {
    const { eventsPerSecond, ...again } = JSON.parse(ran?.stdout ?? '')
    expect({ ...again, eventsPerSecond: metrics.eventsPerSecond }).toEqual(metrics)
    expect(eventsPerSecond).toBeGreaterThan(0)
    for (const file of ['rankings.ndjson', 'report.html']) expect(read(name, file)).toBe(read('one', file))
    expect(readdirSync(outOf(name)).sort()).toEqual(['metrics.json', 'rankings.ndjson', 'report.html'])
  }

  const lines = read('one', 'rankings.ndjson')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.map(({ rfiId }) => rfiId)).toEqual(Array.from({ length: 10 }, (_, index) => `r${10 + index}`))
  expect(lines[0]).toMatchObject({
    top: [{ partnerId: 'p0' }, { partnerId: 'p1' }],
    offered: [
      { partnerId: 'p0', rank: 1, estimates: { accept: expect.any(Number) }, features: { relevance: {} } },
    ],
  })

  const page = read('one', 'report.html')
  expect(page.match(/<svg/g)?.length).toBeGreaterThan(3)
  expect(page).not.toMatch(/<script|NaN|undefined/)
  const ids = [...page.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('says it as a table, for a release of one’s own, without baselines', async () => {
  const weights = join(folder.path, 'weights.json')
  writeFileSync(weights, JSON.stringify({ weightsId: 'mine', features: { relevance: 1000 } }))
  const words = [
    'replay',
    '--in',
    history,
    '--out',
    outOf('mine'),
    '--weights',
    weights,
    '--no-baselines',
    '--depth',
    '1',
  ]
  const { code, stdout } = await run(words)
  expect(code).toBe(0)
  expect(stdout).toMatch(/ranking +accepted +10 +1\.000/)
  expect(stdout).not.toContain('popularity')
  expect(read('mine', 'report.html')).toContain('Replay of mine')
  expect(JSON.parse(read('mine', 'rankings.ndjson').split('\n')[0] ?? '').top).toHaveLength(1)
})

test('says how many lines tell nothing', async () => {
  const strange = outOf('strange')
  mkdirSync(strange)
  const line = readFileSync(join(history, 'rfis.ndjson'), 'utf8').split('\n')[0]
  writeFileSync(join(strange, 'rfis.ndjson'), `${line}\n${line}\n`)
  const commands = readFileSync(join(history, 'referral-commands.ndjson'), 'utf8').replaceAll(
    /"r(?=\d)/g,
    '"other',
  )
  writeFileSync(join(strange, 'referral-commands.ndjson'), commands)
  const { code, stderr } = await run(['replay', '--in', strange, '--out', outOf('strange-out')])
  expect(code).toBe(0)
  expect(stderr).toContain('40 lines for RFIs that are not in the log left out\n')
  expect(stderr).toContain('1 line of what was there before left out')
})

test('says what is wrong, and touches nothing of anybody else’s', async () => {
  const taken = outOf('taken')
  mkdirSync(taken)
  writeFileSync(join(taken, 'diary.txt'), 'mine')
  const weights = join(folder.path, 'wrong.json')
  writeFileSync(weights, JSON.stringify({ weightsId: 'w', features: { charm: 1 } }))
  const without = outOf('without')
  mkdirSync(without)
  writeFileSync(join(without, 'rfis.ndjson'), Buffer.from('{}\n', 'utf16le'))
  const cases: [string[], number, RegExp][] = [
    [
      ['--in', without, '--out', outOf('none')],
      1,
      /2 of 2 lines skipped\n(.*\n)*.*without.rfis\.ndjson holds no RFI; .*in UTF-8/,
    ],
    [['--in', history, '--out', taken], 1, /taken holds 1 other file \(diary\.txt\).*--out/],
    [['--in', folder.path, '--out', outOf('none')], 1, /there is no .*rfis\.ndjson; --in/],
    [
      ['--in', history, '--out', outOf('none'), '--weights', weights],
      1,
      /wrong\.json is no weight release\n.*features\.charm/,
    ],
    [['--in', history, '--out', outOf('none'), '--split', '1'], 2, /a share from 0 to below 1/],
    [['--out', outOf('none')], 2, /required option '--in <dir>'/],
  ]
  const ended = await Promise.all(cases.map(([words]) => run(['replay', ...words])))
  for (const [place, [, code, message]] of cases.entries()) {
    expect(ended[place]?.stderr).toMatch(message)
    expect(ended[place]?.code).toBe(code)
  }
  expect(readdirSync(taken)).toEqual(['diary.txt'])
})

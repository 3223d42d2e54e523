import { expect, test } from 'vitest'
import { chartsOf } from './charts.ts'
import { calibrationOf, RankingMeter } from './metrics.ts'
import type { ReplayFigures } from './replay.ts'
import { type ReportInput, reportPage } from './report.ts'

function rankingOf(...ranks: readonly number[]) {
  const meter = new RankingMeter()
  for (const rank of ranks) meter.add([rank])
  return { accepted: meter.figures(), won: meter.figures() }
}

const estimates = [0.1, 0.4, 0.8]
const outcomes = [false, true, true]
const calibration = calibrationOf(estimates, outcomes)
const offered = { n: 3, baseRate: 0.666667, auc: 1, brier: 0.136667 }
const byName = <T>(each: T) => ({ answer1h: each, answer24h: each, accept: each, win: each })

const figures: ReplayFigures = {
  split: 0.5,
  rfis: 2,
  events: 12_345,
  splitAt: Date.UTC(2026, 2, 1),
  ranking: rankingOf(1, 4),
  offered: byName(offered),
  candidates: { mean: 7.5, unroutable: 0 },
  calibration: byName(calibration),
  baselines: { 'text overlap': rankingOf(2, 40) },
  ablation: {
    partners: 200,
    whole: rankingOf(1, 4),
    features: { relevance: { without: rankingOf(1, 12), alone: rankingOf(2, 3) } },
  },
  candidateCounts: [{ from: 4, to: 7, rfis: 2 }],
}

const input: ReportInput = {
  figures,
  release: {
    weightsId: '<img src=x>',
    hash: 'abc',
    note: 'fit & "speed"',
    features: { relevance: 250_000 },
    parameters: { halfLifeDays: 90 },
  },
  readings: {
    'partner-profiles.ndjson': { lines: 3, skipped: 0, faults: [] },
    'rfis.ndjson': {
      lines: 4,
      skipped: 1,
      faults: [{ line: 2, code: 'missing', field: 'need', found: 'missing', expected: '<a need>' }],
    },
    'referrals.ndjson': { lines: 0, skipped: 0, faults: [] },
    'referral-commands.ndjson': { lines: 9, skipped: 0, faults: [] },
  },
  ignored: { 'unknown-rfi': 1, test: 0, repeated: 0 },
  baselines: { 'text overlap': 'shared words' },
  charts: new Map(Array.from(chartsOf(figures).keys(), name => [name, `<svg><title>${name}</title></svg>`])),
}

test('one page with every chart labelled, nothing fetched and nothing run', () => {
  const page = reportPage(input)
  for (const name of input.charts.keys()) expect(page).toContain(`<title>${name}</title>`)
  expect(page.match(/role="img" aria-label="[^"]{20,}"/g)).toHaveLength(input.charts.size)
  expect(page).not.toMatch(/<script|<link|@import|url\(|\ssrc=["']?http/)
  expect(page).toContain('prefers-color-scheme: dark')
})

test('says in words what was measured, and of what', () => {
  const page = reportPage(input).replace(/\s+/g, ' ')
  expect(page).toContain('100.0 % stood among the first ten, mean over 2 RFIs')
  expect(page).toContain('text overlap, finds 50.0 %: this release is 50.0 percentage points better')
  expect(page).toContain('12,345 lines of history')
  expect(page).toContain('from 2026-03-01 on')
  expect(page).toContain('<code>abc</code>')
  expect(page).toContain('rfis.ndjson, line 2: need is missing')
})

test('text of others stays text', () => {
  const page = reportPage(input)
  expect(page).not.toContain('<img')
  expect(page).toContain('&lt;img src=x&gt;')
  expect(page).toContain('&lt;a need&gt;')
  expect(page).toContain('fit &amp; &quot;speed&quot;')
})

test('a history in which nothing was answered gives a page too', () => {
  const nothing = { n: 0, baseRate: null, auc: null, brier: null }
  const empty: ReplayFigures = {
    ...figures,
    rfis: 0,
    splitAt: null,
    ranking: rankingOf(),
    offered: byName(nothing),
    calibration: byName(calibrationOf([], [])),
    candidates: { mean: null, unroutable: 0 },
    baselines: {},
    ablation: {
      partners: 200,
      whole: rankingOf(),
      features: { relevance: { without: rankingOf(), alone: rankingOf() } },
    },
    candidateCounts: [],
  }
  expect([...chartsOf(empty).keys()]).toEqual([])
  const page = reportPage({ ...input, figures: empty, charts: new Map() })
  expect(page).toContain('can’t be judged')
  expect(page).not.toMatch(/NaN|undefined|null/)
})

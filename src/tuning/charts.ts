import { featureEffects } from './feature-effects.ts'
import { recallDepths } from './metrics.ts'
import type { EstimateName } from './ranker.ts'
import { estimateNames } from './ranker.ts'
import type { ReplayFigures } from './replay.ts'

/** A Vega-Lite specification: plain data, drawn by whoever has the library. */
export type ChartSpec = Readonly<Record<string, unknown>>

export const ours = 'this release'

/** Colours are the page's own properties, so that one drawing does in light and dark. */
export const themed = {
  background: null,
  font: 'system-ui, sans-serif',
  padding: 4,
  view: { stroke: null },
  axis: {
    domainColor: 'var(--faint)',
    gridColor: 'var(--grid)',
    tickColor: 'var(--faint)',
    labelColor: 'var(--quiet)',
    titleColor: 'var(--quiet)',
    titleFontWeight: 'normal',
    labelFontSize: 12,
    titleFontSize: 12,
    titlePadding: 8,
  },
  legend: {
    labelColor: 'var(--ink)',
    titleColor: 'var(--quiet)',
    labelFontSize: 12,
    labelLimit: 220,
    symbolStrokeWidth: 2,
  },
  header: { labelColor: 'var(--ink)', titleColor: 'var(--quiet)' },
  text: { color: 'var(--ink)', fontSize: 12 },
} as const

const schema = 'https://vega.github.io/schema/vega-lite/v6.json'
const palette = [
  'var(--accent)',
  'var(--one)',
  'var(--two)',
  'var(--three)',
  'var(--four)',
  'var(--five)',
  'var(--six)',
]

/** Recall by how many partners are looked at: one line for each order. */
export function recallChart(figures: ReplayFigures, outcome: 'accepted' | 'won'): ChartSpec {
  const orders = [{ order: ours, figures: figures.ranking[outcome] }].concat(
    Object.entries(figures.baselines).map(([order, both]) => ({ order, figures: both[outcome] })),
  )
  const values = orders.flatMap(({ order, figures: { recall } }) =>
    recallDepths.map(depth => ({ order, depth, recall: recall[depth] ?? 0 })),
  )
  const names = orders.map(({ order }) => order)
  return {
    $schema: schema,
    width: 420,
    height: 260,
    data: { values },
    mark: { type: 'line', point: { filled: true, size: 36 }, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'depth',
        type: 'quantitative',
        title: 'partners looked at',
        scale: { type: 'log', base: 2, domain: [1, 20], nice: false },
        axis: { values: recallDepths, grid: false },
      },
      y: {
        field: 'recall',
        type: 'quantitative',
        title: 'found, of all right answers',
        scale: { domain: [0, 1] },
        axis: { format: '.0%', tickCount: 5 },
      },
      color: {
        field: 'order',
        type: 'nominal',
        sort: names,
        scale: { domain: names, range: palette.slice(0, names.length) },
        legend: { title: null, orient: 'right' },
      },
    },
  }
}

/** What was estimated against what came of it; the nearer the diagonal the better. */
export function calibrationChart(figures: ReplayFigures, name: EstimateName): ChartSpec {
  const values = figures.calibration[name].filter(({ n }) => n > 0)
  const axis = { format: '.0%', values: [0, 0.25, 0.5, 0.75, 1] }
  return {
    $schema: schema,
    width: 180,
    height: 180,
    layer: [
      {
        data: {
          values: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        mark: { type: 'line', color: 'var(--faint)', strokeDash: [3, 3], strokeWidth: 1 },
        encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
      },
      {
        data: { values },
        mark: { type: 'line', color: 'var(--accent)', strokeWidth: 1.5 },
        encoding: {
          x: { field: 'estimated', type: 'quantitative' },
          y: { field: 'observed', type: 'quantitative' },
        },
      },
      {
        data: { values },
        mark: { type: 'circle', color: 'var(--accent)', opacity: 0.9 },
        encoding: {
          x: {
            field: 'estimated',
            type: 'quantitative',
            title: 'estimated',
            scale: { domain: [0, 1] },
            axis,
          },
          y: { field: 'observed', type: 'quantitative', title: 'came true', scale: { domain: [0, 1] }, axis },
          size: { field: 'n', type: 'quantitative', scale: { range: [20, 240] }, legend: null },
        },
      },
    ],
  }
}

/** What leaving a feature out costs, and how far it comes by itself. */
export function featureChart(figures: ReplayFigures): ChartSpec {
  const effects = featureEffects(figures)
  const values = effects.flatMap(({ feature, alone, lost }) => [
    { feature, what: 'alone', share: alone },
    { feature, what: 'lost without it', share: lost },
  ])
  return {
    $schema: schema,
    width: 200,
    height: { step: 20 },
    data: { values },
    facet: {
      column: {
        field: 'what',
        type: 'nominal',
        title: null,
        sort: ['lost without it', 'alone'],
        header: { labelFontSize: 12 },
      },
    },
    spec: {
      width: 230,
      height: { step: 20 },
      mark: { type: 'bar', height: 12 },
      encoding: {
        y: {
          field: 'feature',
          type: 'nominal',
          title: null,
          sort: effects.map(({ feature }) => feature),
          axis: { domain: false, ticks: false },
        },
        x: {
          field: 'share',
          type: 'quantitative',
          title: 'recall at 10',
          axis: { format: '.1%', tickCount: 4 },
        },
        color: {
          condition: { test: 'datum.share < 0', value: 'var(--three)' },
          value: 'var(--accent)',
        },
      },
    },
    resolve: { scale: { x: 'independent' } },
  }
}

/** How many partners there were to choose from. */
export function candidatesChart({ candidateCounts }: ReplayFigures): ChartSpec {
  const values = candidateCounts.map(({ from, to, rfis }) => ({ candidates: rangeText(from, to), rfis }))
  return {
    $schema: schema,
    width: { step: 60 },
    height: 180,
    data: { values },
    mark: { type: 'bar', color: 'var(--accent)', width: 40 },
    encoding: {
      x: {
        field: 'candidates',
        type: 'nominal',
        sort: null,
        title: 'candidates',
        axis: { labelAngle: 0, ticks: false },
      },
      y: { field: 'rfis', type: 'quantitative', title: 'RFIs', axis: { tickCount: 4, format: ',d' } },
    },
  }
}

export function rangeText(from: number, to: number): string {
  return from === to ? String(from) : `${from}–${to}`
}

/** All charts of a report by name, in the order in which they stand. */
export function chartsOf(figures: ReplayFigures): ReadonlyMap<string, ChartSpec> {
  const charts = new Map<string, ChartSpec>()
  if (figures.ranking.accepted.n > 0) charts.set('recall-accepted', recallChart(figures, 'accepted'))
  if (figures.ranking.won.n > 0) charts.set('recall-won', recallChart(figures, 'won'))
  for (const name of estimateNames)
    if (figures.offered[name].n > 0) charts.set(`calibration-${name}`, calibrationChart(figures, name))
  if (featureEffects(figures).length > 0) charts.set('features', featureChart(figures))
  if (figures.rfis > 0) charts.set('candidates', candidatesChart(figures))
  return charts
}

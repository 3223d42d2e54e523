import { worthOf } from '../../tuning/estimate-worth.ts'
import type { RankingFigures } from '../../tuning/metrics.ts'
import { recallDepths } from '../../tuning/metrics.ts'
import { estimateNames } from '../../tuning/ranker.ts'
import type { ReplayFigures } from '../../tuning/replay.ts'
import { type Column, renderTable } from '../table.ts'
import { grouped } from '../text.ts'

/** What was measured, as two short tables. */
export function metricsText(figures: ReplayFigures): string {
  const rankings = [
    { who: 'ranking', ...figures.ranking },
    ...Object.entries(figures.baselines).map(([who, both]) => ({ who, ...both })),
  ].flatMap(({ who, accepted, won }) => [
    { who, what: 'accepted', figures: accepted },
    { who, what: 'won', figures: won },
  ])
  const told = rankings
    .filter(row => row.figures.n > 0)
    .sort((one, other) => (one.what === other.what ? 0 : one.what === 'accepted' ? -1 : 1))
  const estimates = estimateNames.map(name => ({ name, ...figures.offered[name] }))
  return [
    renderTable(rankingColumns, told),
    renderTable(estimateColumns, estimates),
    `${grouped(figures.rfis)} RFIs ranked after the split; candidates: ${figure(figures.candidates.mean, 1)} on average, ` +
      `none for ${grouped(figures.candidates.unroutable)}`,
  ].join('\n\n')
}

type RankingRow = { readonly who: string; readonly what: string; readonly figures: RankingFigures }

const rankingColumns: Column<RankingRow>[] = [
  { title: 'order', flexible: true, value: ({ who }) => who },
  { title: 'who', value: ({ what }) => what },
  { title: 'RFIs', align: 'right', value: row => grouped(row.figures.n) },
  ...recallDepths.map(
    (depth): Column<RankingRow> => ({
      title: `R@${depth}`,
      align: 'right',
      value: row => figure(row.figures.recall[depth]),
    }),
  ),
  { title: 'MRR', align: 'right', value: row => figure(row.figures.mrr) },
  { title: 'NDCG@10', align: 'right', value: row => figure(row.figures.ndcg10) },
]

type EstimateRow = { readonly name: string } & ReplayFigures['offered']['accept']

const estimateColumns: Column<EstimateRow>[] = [
  { title: 'estimate', value: ({ name }) => name },
  { title: 'offers', align: 'right', value: ({ n }) => grouped(n) },
  { title: 'base rate', align: 'right', value: ({ baseRate }) => figure(baseRate) },
  { title: 'AUC', align: 'right', value: ({ auc }) => figure(auc) },
  { title: 'Brier', align: 'right', value: ({ brier }) => figure(brier) },
  { title: 'worth', flexible: true, value: worthOf },
]

function figure(value: number | null, places = 3): string {
  return value === null ? '–' : value.toFixed(places)
}

import { toTimestamp } from '../domain/time.ts'
import { catalogue } from '../ranking/catalogue.ts'
import { ours, rangeText } from './charts.ts'
import type { Chronicle } from './chronicle.ts'
import { brierOfBaseRate, worthOf } from './estimate-worth.ts'
import { featureEffects } from './feature-effects.ts'
import type { History } from './history.ts'
import { escaped, figure, grouped, percent, table, weight } from './html.ts'
import { type RankingFigures, recallDepths } from './metrics.ts'
import { type EstimateName, estimateNames } from './ranker.ts'
import type { ReplayFigures } from './replay.ts'
import { style } from './report-style.ts'

export interface ReportInput {
  readonly figures: ReplayFigures
  readonly release: {
    readonly weightsId: string
    /** SHA-256 in hex. */
    readonly hash: string
    readonly note: string | null
    /** Millionths. */
    readonly features: Readonly<Record<string, number>>
    readonly parameters: Readonly<Record<string, number>>
  }
  readonly readings: History['readings']
  readonly ignored: Chronicle['ignored']
  /** What each baseline does, by name. */
  readonly baselines: Readonly<Record<string, string>>
  /** SVG by the names of `chartsOf`. */
  readonly charts: ReadonlyMap<string, string>
}

const estimateTitles: Readonly<Record<EstimateName, string>> = {
  answer1h: 'Answers within 1 h',
  answer24h: 'Answers within 24 h',
  accept: 'Accepts',
  win: 'Ends won',
}

/** One page that needs nothing else: no network, no script, readable in light and dark. The same figures give the same bytes. */
export function reportPage(input: ReportInput): string {
  const { release } = input
  const title = `Replay of ${release.weightsId}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${[summary, ranking, estimates, features, candidates, inputs, methods].map(section => section(input)).join('\n')}
</main>
</body>
</html>
`
}

function summary({ figures, release }: ReportInput): string {
  const { ranking, rfis, events, split, splitAt } = figures
  const { accepted } = ranking
  const best = Object.entries(figures.baselines)
    .map(([name, both]) => ({ name, recall: both.accepted.recall[10] ?? 0 }))
    .sort((one, other) => other.recall - one.recall)[0]
  const recall = accepted.recall[10]
  const against =
    best === undefined || recall === null
      ? ''
      : ` The best of the simple orders beside it, ${escaped(best.name)}, finds ${percent(best.recall)}${verdict(recall, best.recall)}.`
  const found =
    recall === null
      ? 'No RFI after the split was accepted by a partner with an older profile, so the order can’t be judged.'
      : `Of all partners that went on to accept, ${percent(recall)} stood among the first ten, mean over ${grouped(accepted.n)} RFIs.${against}`
  const when = splitAt === null ? '' : `, from ${toTimestamp(splitAt).slice(0, 10)} on,`
  return `<p class="lead">${found}${estimatesInShort(figures)}</p>
<p>${grouped(events)} lines of history were replayed in the order in which they happened. The first ${percent(split, 0)} of the RFIs only
taught. The ${grouped(rfis)} after them${when} were each ranked by what was known before, every eligible partner against every other, and
are what is counted below; what became of each was learnt at its own time.</p>
<dl class="facts">
${fact('Release', `<code>${escaped(release.weightsId)}</code>`)}
${fact('Hash', `<code>${escaped(release.hash)}</code>`)}
${release.note === null ? '' : fact('Note', escaped(release.note))}
</dl>`
}

/** @param one - ours, the other's; shares from 0 to 1 */
function verdict(one: number, other: number): string {
  const difference = Math.abs(one - other)
  if (difference < 0.0005) return ', the same'
  const points = `${(difference * 100).toFixed(1)} percentage points`
  return `: this release is ${points} ${one > other ? 'better' : 'worse'}`
}

/** What a reader must not miss: a good order says nothing of the estimates. */
function estimatesInShort({ offered }: ReplayFigures): string {
  const told = estimateNames.filter(name => offered[name].auc !== null)
  const good = told.filter(name => worthOf(offered[name]) === 'better than the base rate')
  if (told.length === 0) return ''
  const names = (some: readonly EstimateName[]) =>
    some.map(name => `“${estimateTitles[name].toLowerCase()}”`).join(', ')
  const bad = told.filter(name => !good.includes(name))
  if (bad.length === 0) return ' Its estimates are better than the base rate.'
  return ` Of its estimates, ${names(bad)} ${bad.length === 1 ? 'is' : 'are'} not to be relied on here (see Estimates).`
}

function fact(term: string, definition: string): string {
  return `<div><dt>${term}</dt><dd>${definition}</dd></div>`
}

function ranking(input: ReportInput): string {
  return `<section><h2>Who comes first</h2>
<p>A right answer is a partner that accepted (or won) and whose profile is older than the RFI. Recall at k is the share of an RFI’s right
answers among its first k (R@k); MRR is 1 over the rank of the first; NDCG@10 weighs the first ten by their place. All go from 0 to 1, more is better.</p>
${rankingPart(input, 'accepted', 'Partners that accepted')}
${rankingPart(input, 'won', 'Partners that won')}</section>`
}

function rankingPart({ figures, charts }: ReportInput, outcome: 'accepted' | 'won', title: string): string {
  const own = figures.ranking[outcome]
  if (own.n === 0) return `<h3>${title}</h3><p>None in this history.</p>`
  const others = Object.entries(figures.baselines).map(([name, both]) => ({ name, figures: both[outcome] }))
  const rows = [{ name: ours, figures: own }, ...others]
  return `<h3>${title}</h3>
${chart(charts, `recall-${outcome}`, `Recall by number of partners looked at, ${outcome}: ${rows.map(({ name, figures: { recall } }) => `${name} finds ${percent(recall[10] ?? 0)} in ten`).join(', ')}.`)}
${table(
  ['Order', ...recallDepths.map(depth => `R@${depth}`), 'MRR', 'NDCG@10'],
  rows.map(({ name, figures }) => [escaped(name), ...rankingCells(figures)]),
  `${grouped(own.n)} RFIs with a right answer`,
)}`
}

function rankingCells({ recall, mrr, ndcg10 }: RankingFigures): string[] {
  return [...recallDepths.map(depth => figure(recall[depth])), figure(mrr), figure(ndcg10)]
}

function estimates({ figures, charts }: ReportInput): string {
  const told = estimateNames.filter(name => figures.offered[name].n > 0)
  if (told.length === 0)
    return '<section><h2>Estimates</h2><p>No partner that was offered an RFI had been ranked for it.</p></section>'
  const plots = told.map(name => {
    const { n, baseRate, brier } = figures.offered[name]
    const label = `Calibration of “${estimateTitles[name]}” over ${grouped(n)} offers: base rate ${percent(baseRate ?? 0)}, Brier score ${figure(brier)}.`
    return `<figure><figcaption>${estimateTitles[name]}</figcaption>${charts.has(`calibration-${name}`) ? drawing(charts, `calibration-${name}`, label) : ''}</figure>`
  })
  const rows = estimateNames.map(name => {
    const { n, baseRate, auc, brier } = figures.offered[name]
    const constant = brierOfBaseRate(figures.offered[name])
    return [
      estimateTitles[name],
      ...[grouped(n), figure(baseRate), figure(auc), figure(brier), figure(constant)],
      worthOf(figures.offered[name]),
    ]
  })
  return `<section><h2>Estimates</h2>
<p>As they stood at the RFI, against what came of each offer. The base rate is the share that came true. AUC is the chance that
one that came true was estimated higher than one that didn’t: 0.5 is a coin’s, 1 is perfect, a dash says that all went the same way. The
Brier score is the mean square of what an estimate was off by, so less is better: it has to be below that of the base rate said of everyone.</p>
<div class="plots">${plots.join('\n')}</div>
<p class="quiet">Each dot is a tenth of the scale, its size the number of offers; on the dashed line, what was estimated is what came true.</p>
${table(['Estimate', 'Offers', 'Base rate', 'AUC', 'Brier', 'Brier of the base rate', 'Worth'], rows)}
</section>`
}

function features({ figures, release, charts }: ReportInput): string {
  const effects = featureEffects(figures)
  if (effects.length === 0) return ''
  const { partners, whole } = figures.ablation
  const signed = (lost: number) => changeText(-lost)
  const label = `What each feature adds to recall at 10: ${effects.map(({ feature, lost }) => `without ${feature} ${signed(lost)} percentage points`).join(', ')}.`
  const lowering = new Set<string>(
    catalogue.flatMap(({ name, direction }) => (direction === 'lowers' ? [name] : [])),
  )
  const rows = effects.map(({ feature, alone, lost }) => {
    const { without } = figures.ablation.features[feature] ?? {}
    return [
      escaped(feature),
      weight((lowering.has(feature) ? -1 : 1) * (release.features[feature] ?? 0)),
      figure(alone),
      figure(without?.accepted.recall[10] ?? null),
      signed(lost),
      figure(without?.accepted.mrr ?? null),
    ]
  })
  return `<section><h2>What each feature adds</h2>
<p>Recall at 10 of who accepted when a feature’s contribution is taken out of the score, and when it is all there is. Over
${grouped(whole.accepted.n)} RFIs with a right answer, spread evenly, and of each the ${grouped(partners)} partners with the best scores and the right answers
(recall at 10 of the whole score there: ${figure(whole.accepted.recall[10])}). The other weights stay as they are: this is what a feature does in this release,
not what one fitted without it could do. The change is in percentage points of recall at 10: below 0 the feature helps, above 0 it does harm here.</p>
${chart(charts, 'features', label)}
${table(['Feature', 'Weight', 'Alone', 'Without it', 'Change', 'MRR without it'], rows)}
</section>`
}

/** In percentage points: `+1.2`, `−0.4`, `0.0`. */
function changeText(share: number): string {
  const points = (Math.abs(share) * 100).toFixed(1)
  if (points === '0.0') return points
  return `${share > 0 ? '+' : '−'}${points}`
}

function candidates({ figures, charts }: ReportInput): string {
  const { mean, unroutable } = figures.candidates
  const counts = figures.candidateCounts.map(
    ({ from, to, rfis }) => `${grouped(rfis)} RFIs with ${rangeText(from, to)}`,
  )
  return `<section><h2>Candidates</h2>
<p>Live routing chooses from eligible partners that match by a term or by what they accepted before: ${figure(mean, 1)} an RFI on average, none for
${grouped(unroutable)} of ${grouped(figures.rfis)}.</p>
${chart(charts, 'candidates', `Number of RFIs by number of candidates: ${counts.join(', ')}.`)}</section>`
}

function inputs({ readings, ignored, release }: ReportInput): string {
  const files = Object.entries(readings).map(([file, { lines, skipped }]) => [
    escaped(file),
    grouped(lines),
    grouped(skipped),
  ])
  const faults = Object.entries(readings).flatMap(([file, { faults }]) =>
    faults.map(
      ({ line, field, found, expected }) =>
        `<li>${escaped(file)}, line ${line}: ${escaped(field === '' ? 'the line' : field)} is ${escaped(found)}, expected ${escaped(expected)}</li>`,
    ),
  )
  const { test, repeated } = ignored
  const parameters = Object.entries(release.parameters).map(([name, value]) => [escaped(name), String(value)])
  return `<section><h2>What went in</h2>
${table(['File', 'Lines', 'Malformed'], files)}
${faults.length === 0 ? '' : `<p>The first that were malformed:</p><ul>${faults.join('')}</ul>`}
<p>Left out: ${grouped(ignored['unknown-rfi'])} lines for RFIs that are not in the log, ${grouped(test)} test RFIs and lines for them, ${grouped(repeated)} repeats.</p>
${table(['Parameter of the release', 'Value'], parameters)}
</section>`
}

function methods({ baselines }: ReportInput): string {
  const how = Object.entries(baselines).map(([name, how]) => fact(escaped(name), escaped(how)))
  if (how.length === 0) return ''
  return `<section><h2>The simple orders</h2>
<p>They order the same eligible partners and learn from the same accepts at the same times.</p>
<dl class="facts">${how.join('\n')}</dl></section>`
}

function chart(charts: ReportInput['charts'], name: string, label: string): string {
  return charts.has(name) ? `<figure>${drawing(charts, name, label)}</figure>` : ''
}

/** The drawing as one image with one label, whatever the library says of its parts. */
function drawing(charts: ReportInput['charts'], name: string, label: string): string {
  return `<div class="chart" role="img" aria-label="${escaped(label)}"><div aria-hidden="true">${charts.get(name) ?? ''}</div></div>`
}

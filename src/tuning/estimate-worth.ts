import type { EstimateFigures } from './metrics.ts'

/** Brier's score of who says the base rate of every offer: what an estimate has to be below. Null where there was none. */
export function brierOfBaseRate({ baseRate }: EstimateFigures): number | null {
  return baseRate === null ? null : baseRate * (1 - baseRate)
}

/** What an estimate was worth over these offers, in words: whether its order told them apart, and whether its level helped. */
export function worthOf(figures: EstimateFigures): string {
  const { auc, brier } = figures
  const constant = brierOfBaseRate(figures)
  if (brier === null || constant === null) return 'no offers'
  if (auc === null) return 'all came out the same: nothing to tell apart'
  if (auc > 0.5)
    return brier < constant ? 'better than the base rate' : 'tells them apart, but its level is off'
  return brier < constant ? 'the level helps, the order doesn’t' : 'no better than the base rate'
}

import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { OutcomeCounts, Spread } from '../roles/documents/read-models.ts'
import { spreads } from '../roles/folds/concentration.ts'

export interface ConcentrationReport {
  readonly spreads: Readonly<Record<(typeof spreads)[number], SpreadReport>>
  /** Share of all referrals that went to as many partners, those of most referrals; null where there are fewer. */
  readonly shares: readonly { readonly partners: number; readonly share: number | null }[]
  /** Those of most referrals, most first. */
  readonly partners: readonly (OutcomeCounts & { readonly partnerId: string })[]
}

export interface SpreadReport extends Pick<Spread, 'partners' | 'sum'> {
  /** Sum of the squares of the partners' shares (Herfindahl and Hirschman): 1 where one has everything. */
  readonly index: number | null
  /** As many partners of equal shares would give the same index. */
  readonly effectivePartners: number | null
}

const tops = [1, 5, 10, 20, 50] as const

export async function reportConcentration(
  store: Pick<Store<Collections>, 'find'>,
  { limit }: { readonly limit: number },
): Promise<ConcentrationReport> {
  const cells = await store.find('cells', { where: { kind: 'concentration' } })
  const top = await store.find('partnerCounts', {
    where: { routed: { gte: 1 } },
    sort: [
      ['routed', -1],
      ['_id', -1],
    ],
    limit: Math.max(limit, tops.at(-1) ?? 1),
  })
  const reports = spreads.map(name => {
    const sums = { partners: 0, sum: 0, squares: 0 }
    for (const cell of cells) {
      if (cell.kind !== 'concentration') continue
      sums.partners += cell[name].partners
      sums.sum += cell[name].sum
      sums.squares += cell[name].squares
    }
    return [name, reportSpread(sums)] as const
  })
  const spread = Object.fromEntries(reports) as ConcentrationReport['spreads']
  const { partners, sum } = spread.routed
  return {
    spreads: spread,
    shares: tops.map(count => ({
      partners: count,
      share:
        partners < count || sum === 0
          ? null
          : top.slice(0, count).reduce((all, { routed }) => all + routed, 0) / sum,
    })),
    partners: top.slice(0, limit).map(({ _id, tabs: _tabs, ...counts }) => ({ partnerId: _id, ...counts })),
  }
}

function reportSpread({ partners, sum, squares }: Spread): SpreadReport {
  const none = sum === 0
  return {
    partners,
    sum,
    index: none ? null : squares / sum ** 2,
    effectivePartners: none ? null : sum ** 2 / squares,
  }
}

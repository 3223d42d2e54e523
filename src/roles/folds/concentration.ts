import type { PartnerId } from '../../domain/ids.ts'
import type { ConcentrationCell, OutcomeCounts, PartnerCounts } from '../documents/read-models.ts'
import type { Turn } from './inbox.ts'

/** What concentration is told of. */
export const spreads = ['routed', 'accepted', 'won'] as const

const noOutcomes: OutcomeCounts = {
  routed: 0,
  answered: 0,
  accepted: 0,
  declined: 0,
  expired: 0,
  won: 0,
  lost: 0,
}

export function noPartnerCounts(partnerId: PartnerId): PartnerCounts {
  return { _id: partnerId, ...noOutcomes, tabs: { new: 0, active: 0, archived: 0, favorites: 0 } }
}

export function emptyConcentrationCell(lane: string): ConcentrationCell {
  const none = { partners: 0, sum: 0, squares: 0 }
  return { _id: `concentration/${lane}`, kind: 'concentration', routed: none, accepted: none, won: none }
}

/** The tabs hold test referrals too, as the inbox shows them; nothing else does. */
export function foldPartnerCounts(counts: PartnerCounts, turn: Turn): PartnerCounts {
  const { before, after } = turn
  const isTest = after.routed?.test === true
  const names = isTest ? [] : outcomesOf(turn)
  const tabs =
    before.tab === after.tab && before.favorite === after.favorite ? counts.tabs : tabsAfter(counts, turn)
  if (tabs === counts.tabs && names.length === 0) return counts
  const folded = { ...counts, tabs }
  for (const name of names) folded[name] += 1
  return folded
}

/**
 * How unevenly referrals lie over partners: the sum of the squares of their counts, from which a partner's step from n to
 * n + 1 makes 2 n + 1. So it needs no look at the others, and lanes' parts are added up.
 */
export function foldConcentration(
  cell: ConcentrationCell,
  before: PartnerCounts,
  after: PartnerCounts,
): ConcentrationCell {
  let folded = cell
  for (const name of spreads) {
    const step = after[name] - before[name]
    if (step === 0) continue
    const { partners, sum, squares } = folded[name]
    const spread = {
      partners: partners + (before[name] === 0 ? 1 : 0),
      sum: sum + step,
      squares: squares + after[name] ** 2 - before[name] ** 2,
    }
    folded = { ...folded, [name]: spread }
  }
  return folded
}

function outcomesOf({ event }: Turn): readonly (keyof OutcomeCounts)[] {
  switch (event.type) {
    case 'referral.routed':
      return ['routed']
    case 'referral.accepted':
      return ['answered', 'accepted']
    case 'referral.declined':
      return ['answered', 'declined']
    case 'referral.expired':
      return ['expired']
    case 'referral.won':
      return ['won']
    case 'referral.lost':
      return ['lost']
    default:
      return []
  }
}

function tabsAfter({ tabs }: PartnerCounts, { before, after }: Turn): PartnerCounts['tabs'] {
  const moved = { ...tabs }
  if (before.tab !== null) moved[before.tab] -= 1
  if (after.tab !== null) moved[after.tab] += 1
  moved.favorites += Number(after.favorite) - Number(before.favorite)
  return moved
}

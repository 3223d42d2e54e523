import type { PartnerId } from '../../domain/ids.ts'
import type { Baseline } from '../ranker.ts'

/** Who accepted most so far comes first, whatever is asked. */
export function popularity(): Baseline {
  const accepted = new Map<PartnerId, number>()
  return {
    name: 'popularity',
    how: 'number of accepts so far',
    learn({ type, life: { partnerId } }) {
      if (type === 'accepted') accepted.set(partnerId, (accepted.get(partnerId) ?? 0) + 1)
    },
    scores: (_rfi, _at, pool) => pool.map(partnerId => accepted.get(partnerId) ?? 0),
  }
}

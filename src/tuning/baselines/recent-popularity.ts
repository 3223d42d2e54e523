import type { PartnerId } from '../../domain/ids.ts'
import { day } from '../../domain/time.ts'
import type { Baseline } from '../ranker.ts'
import { FadingClock } from './forward-decay.ts'

/** As popularity, an accept of a month ago counting half. */
export function recentPopularity(): Baseline {
  const clock = new FadingClock(30 * day)
  const accepted = new Map<PartnerId, number>()
  return {
    name: 'recent popularity',
    how: 'number of accepts so far, half as much for each 30 days of age',
    learn({ type, life: { partnerId } }, at) {
      if (type === 'accepted') accepted.set(partnerId, (accepted.get(partnerId) ?? 0) + clock.weight(at))
    },
    scores: (_rfi, _at, pool) => pool.map(partnerId => accepted.get(partnerId) ?? 0),
  }
}

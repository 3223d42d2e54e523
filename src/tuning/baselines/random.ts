import { hashOf } from '../../ranking/hash.ts'
import type { Baseline } from '../ranker.ts'

/** No order at all: what anything must beat. By a hash, so that every run gives the same. */
export function random(): Baseline {
  return {
    name: 'random',
    how: 'a hash of RFI and partner',
    learn: () => undefined,
    scores: (rfi, _at, pool) => pool.map(partnerId => hashOf(`random\0${rfi.rfiId}\0${partnerId}`)),
  }
}

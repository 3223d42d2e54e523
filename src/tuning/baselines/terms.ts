import type { Rfi } from '../../domain/rfi.ts'
import { queryOf } from '../../matching/query.ts'

const known = new WeakMap<Rfi, readonly string[]>()

/** An RFI as simple methods see it: the words and ids of its need, its region and its size. */
export function termsOf(rfi: Rfi): readonly string[] {
  const before = known.get(rfi)
  if (before !== undefined) return before
  const { terms, region, size } = queryOf(rfi)
  const all = new Set(terms)
  if (region !== null) all.add(`region:${region}`)
  if (size !== null) all.add(`size:${size}`)
  const list = [...all]
  known.set(rfi, list)
  return list
}

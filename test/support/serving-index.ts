import type { Condition, Index, Query } from '../../src/ports/store.ts'

export interface Serving {
  /** Fields of the index that answers it, `_id` among them; null when nothing but reading all documents would. */
  readonly index: Index | null
  /** The order asked for is not that of the index: what was found is sorted in memory. */
  readonly sorts: boolean
}

/**
 * The index a database would answer the query by, by the rule of thumb for MongoDB's: equalities first, then the order, then a range
 * (https://www.mongodb.com/docs/manual/tutorial/equality-sort-range-guideline/). Every condition must lie in the index,
 * and the first field of the index must have one.
 */
export function servingIndex(indexes: readonly Index[], { where, sort = [] }: Query): Serving {
  const candidates = [['_id'], ...indexes].flatMap(index => {
    const equal = prefix(index, field => field in where && isEquality(where[field]))
    const ranged = index[equal] !== undefined && index[equal] in where ? 1 : 0
    const led = equal + ranged
    const all = Object.keys(where).every(field => index.includes(field))
    if (led === 0 || !all) return []
    return [{ index, led, sorts: !isOrdered(index.slice(equal), sort) }]
  })
  const [best] = candidates.sort(
    (one, other) => Number(one.sorts) - Number(other.sorts) || other.led - one.led,
  )
  return best === undefined ? { index: null, sorts: false } : { index: best.index, sorts: best.sorts }
}

/** Fields of equalities have one value each (or are merged), so the order is that of the fields after them. */
function isOrdered(rest: Index, sort: NonNullable<Query['sort']>): boolean {
  if (sort.length === 0) return true
  const direction = sort[0]?.[1]
  // The adapters break ties by `_id`.
  const wanted = sort.some(([field]) => field === '_id') ? sort : [...sort, ['_id', direction] as const]
  return wanted.every(([field, its], at) => rest[at] === field && its === direction)
}

function isEquality(condition: Condition | undefined): boolean {
  return condition === null || typeof condition !== 'object' || 'in' in condition
}

function prefix(index: Index, holds: (field: string) => boolean): number {
  const end = index.findIndex(field => !holds(field))
  return end === -1 ? index.length : end
}

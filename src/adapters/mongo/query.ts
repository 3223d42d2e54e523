import type { Filter, FindOptions } from 'mongodb'
import { misconfigured } from '../../ports/errors.ts'
import type { Condition, Index, Query, Scalar } from '../../ports/store.ts'
import { encodeText } from './shape.ts'

/** As stored; the driver's own type of a filter follows the document's. */
export interface Row {
  readonly _id: unknown
}

const fieldPath = /^[a-z_]\w*(\.[a-z_]\w*)*$/i

/**
 * Compiles a query. Each field must be in an index of the collection, whether it filters or sorts: a field without one
 * would read the whole collection. Documents that sort equal come by `_id`.
 * @throws PortError `configuration` for a field no index has, or a range that has no order (null, true)
 */
export function compileQuery(
  collection: string,
  indexes: readonly Index[],
  { where, sort = [], limit }: Query,
): { readonly filter: Filter<Row>; readonly options: Pick<FindOptions, 'sort' | 'limit'> } {
  const filter = compileFilter(collection, indexes, where)
  const order: [string, 1 | -1][] = sort.map(([field, direction]) => {
    checkIndexed(collection, indexes, field)
    return [field, direction]
  })
  if (order.length > 0 && !order.some(([field]) => field === '_id'))
    order.push(['_id', order.at(-1)?.[1] ?? 1])
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
    throw misconfigured(`a limit is a whole number from 1, not ${limit}`)
  return {
    filter,
    options: { ...(order.length === 0 ? {} : { sort: order }), ...(limit === undefined ? {} : { limit }) },
  }
}

export function compileFilter(
  collection: string,
  indexes: readonly Index[],
  where: Query['where'],
): Filter<Row> {
  const filter: Record<string, unknown> = {}
  for (const [field, condition] of Object.entries(where)) {
    checkIndexed(collection, indexes, field)
    filter[field] = compileCondition(field, condition)
  }
  return filter
}

/** Stages that count the documents with each text in a field; other values and none aren't counted. */
export function compileCountBy(
  collection: string,
  indexes: readonly Index[],
  field: string,
  where: Query['where'],
): object[] {
  checkIndexed(collection, indexes, field)
  const texts = { $gte: '' }
  const filter = compileFilter(collection, indexes, where)
  return [
    // Without a condition on the field the index would not be used, and whole documents be read.
    { $match: field in where ? filter : { ...filter, [field]: texts } },
    { $group: { _id: `$${field}`, count: { $sum: 1 } } },
    // Texts alone, and here: a second condition on the field may cost the first one its index.
    { $match: { _id: texts } },
  ]
}

function checkIndexed(collection: string, indexes: readonly Index[], field: string): void {
  const known = field === '_id' || indexes.some(index => index.includes(field))
  if (!(known && fieldPath.test(field)))
    throw misconfigured(`${collection} has no index with the field ${JSON.stringify(field)}`)
}

const bounds = ['gt', 'gte', 'lt', 'lte'] as const

/** MongoDB's own ways are the port's: null is also absent, ranges stay within a type, text goes by code point. */
function compileCondition(field: string, condition: Condition): object {
  if (condition === null || typeof condition !== 'object') return { $eq: compileScalar(condition) }
  if ('in' in condition) return { $in: condition.in.map(compileScalar) }
  const given = bounds.flatMap(name => {
    const bound = condition[name]
    return bound === undefined ? [] : [{ name, bound }]
  })
  if (given.length === 0 || given.some(({ bound }) => bound === null || typeof bound === 'boolean'))
    throw misconfigured(`a range of ${field} needs bounds that are numbers or texts`)
  return Object.fromEntries(given.map(({ name, bound }) => [`$${name}`, compileScalar(bound)]))
}

function compileScalar(scalar: Scalar): unknown {
  return typeof scalar === 'string' ? encodeText(scalar) : scalar
}

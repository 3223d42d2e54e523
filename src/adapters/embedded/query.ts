import { misconfigured } from '../../ports/errors.ts'
import type { Condition, Index, Query, Scalar } from '../../ports/store.ts'
import { columnOf } from './collections.ts'

/** The part of a SELECT after its table, with the values of its question marks. */
export interface Clause {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/**
 * Compiles a query over documents. Fields are paths, and each must be in an index of the collection, whether it filters
 * or sorts. As in MongoDB: `null` matches an absent field too, a range meets values of its bound's own type alone, true
 * is not 1, and text is ordered by code point. Documents that sort equal come by `_id`.
 * @throws PortError `configuration` for a field no index has, or a range that has no order (null, true)
 */
export function compileQuery(collection: string, indexes: readonly Index[], query: Query): Clause {
  const column = columnsOf(collection, indexes)
  const values: (string | number)[] = []
  const bind = (value: string | number): string => {
    values.push(value)
    return '?'
  }

  const conditions = Object.entries(query.where).map(([field, condition]) =>
    compileCondition(column(field), field, condition, bind),
  )
  let sql = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const sort = query.sort ?? []
  if (sort.length > 0) {
    const order = sort.map(([field, direction]) => `${column(field)}${direction === 1 ? '' : ' DESC'}`)
    if (!sort.some(([field]) => field === '_id')) order.push(sort.at(-1)?.[1] === 1 ? 'id' : 'id DESC')
    sql += ` ORDER BY ${order.join(', ')}`
  }
  if (query.limit !== undefined) {
    if (!(Number.isInteger(query.limit) && query.limit >= 1))
      throw misconfigured(`a limit is a whole number from 1, not ${query.limit}`)
    sql += ` LIMIT ${bind(query.limit)}`
  }
  return { sql, values }
}

/**
 * How many documents have each text in a field; other values and none aren't counted.
 * @throws PortError `configuration` as above
 */
export function compileCountBy(
  collection: string,
  indexes: readonly Index[],
  field: string,
  where: Query['where'],
): { readonly column: string; readonly clause: Clause } {
  const column = columnsOf(collection, indexes)(field)
  const { sql, values } = compileQuery(collection, indexes, { where })
  const texts = `${column} >= ''`
  return {
    column,
    clause: { sql: `${sql === '' ? ` WHERE ${texts}` : `${sql} AND ${texts}`} GROUP BY ${column}`, values },
  }
}

function columnsOf(collection: string, indexes: readonly Index[]): (field: string) => string {
  const fields = new Set(['_id', ...indexes.flat()])
  return field => {
    if (!fields.has(field))
      throw misconfigured(`${collection} has no index with the field ${JSON.stringify(field)}`)
    return columnOf(field)
  }
}

type Bind = (value: string | number) => string

function compileCondition(column: string, field: string, condition: Condition, bind: Bind): string {
  if (condition === null || typeof condition !== 'object') return anyOf(column, field, [condition], bind)
  if ('in' in condition) return anyOf(column, field, condition.in, bind)
  return within(column, field, condition, bind)
}

/** json_extract gives true and false as 1 and 0; only the document itself still tells them from the numbers. */
function anyOf(column: string, field: string, scalars: readonly Scalar[], bind: Bind): string {
  const choices: string[] = []
  const plain: (string | number)[] = []
  for (const scalar of new Set(scalars)) {
    if (scalar === null) choices.push(`${column} IS NULL`)
    else if (typeof scalar !== 'boolean') plain.push(scalar)
    else choices.push(`(${column} = ${bind(Number(scalar))} AND ${jsonType(field)} = '${scalar}')`)
  }
  const [only] = plain
  if (only !== undefined) {
    const equal =
      plain.length === 1
        ? `${column} = ${bind(only)}`
        : `${column} IN (SELECT value FROM json_each(${bind(JSON.stringify(plain))}))`
    const mistakable = plain.some(value => value === 0 || value === 1)
    choices.push(mistakable ? `(${equal} AND ${jsonType(field)} NOT IN ('true', 'false'))` : equal)
  }
  if (choices.length === 0) return 'FALSE'
  return choices.length === 1 ? choices.join() : `(${choices.join(' OR ')})`
}

type Range = Exclude<Condition, Scalar | { readonly in: readonly Scalar[] }>

const comparisons = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
] as const

/** SQLite orders every number before every text, so the open end of a range is closed at the empty text. */
function within(column: string, field: string, range: Range, bind: Bind): string {
  const bounds = comparisons.flatMap(([name, operator]) => {
    const bound = range[name]
    return bound === undefined ? [] : [{ operator, bound }]
  })
  const types = new Set(bounds.map(({ bound }) => (bound === null ? 'null' : typeof bound)))
  if (bounds.length === 0 || types.has('null') || types.has('boolean'))
    throw misconfigured(`a range of ${field} needs bounds that are numbers or texts`)
  if (types.size > 1) return 'FALSE'
  const parts = bounds.map(({ operator, bound }) => `${column} ${operator} ${bind(bound as string | number)}`)
  if (types.has('number') && range.lt === undefined && range.lte === undefined) parts.push(`${column} < ''`)
  if (types.has('string') && range.gt === undefined && range.gte === undefined) parts.push(`${column} >= ''`)
  return parts.join(' AND ')
}

function jsonType(field: string): string {
  return field === '_id' ? `'text'` : `json_type(document, '$.${field}')`
}

import { type Db, MongoServerError } from 'mongodb'
import type { Catalogue, CollectionMap } from '../../ports/store.ts'
import { journalCollection } from './journal.ts'
import { positionsCollection } from './positions.ts'

/** An index as it should be. */
export interface WantedIndex {
  readonly key: Readonly<Record<string, 1>>
  readonly partialFilterExpression?: Readonly<Record<string, unknown>>
  /** Seconds: makes it a TTL index. */
  readonly expireAfterSeconds?: number
}

export interface WantedCollection {
  readonly name: string
  readonly indexes: readonly WantedIndex[]
}

/** What `migrate` looks at: a collection itself, or one of its indexes. */
export interface Finding {
  readonly collection: string
  /** Its fields, e.g. `changed.lane, changed.offset`; null for the collection itself. */
  readonly index: string | null
  readonly state: State
  /** How it differs, or what an extra one does; else null. */
  readonly detail: string | null
  /** To be made when it is missing, or differs. */
  readonly wanted: WantedIndex | null
  /** Name of the index there is. */
  readonly found: string | null
}

/**
 * An index `differs` that has the right fields and does something else with them: it is made anew. A collection `unfit` is
 * of a kind that can't do the work (a view, capped, with a collation); nothing but a new one mends that. One `validated`
 * has somebody's validator, which may know better; what it refuses halts a lane.
 */
export type State = 'there' | 'missing' | 'differs' | 'extra' | 'unfit' | 'validated'

/** Collections and indexes the store needs; `sentAtTtl`, in s, lets the database remove what was sent that long ago. */
export function wantedCollections<C extends CollectionMap>(
  catalogue: Catalogue<C>,
  sentAtTtl?: number,
): WantedCollection[] {
  const ofDocuments = Object.entries(catalogue).map(([name, { indexes, expires = false }]) => ({
    name,
    indexes: [
      ...indexes.map(fields => ({ key: Object.fromEntries(fields.map(field => [field, 1 as const])) })),
      ...(expires ? [{ key: { removeAt: 1 }, expireAfterSeconds: 0 } as const] : []),
    ],
  }))
  // Partial: sent entries, nearly all of them, are not in it. Led by the mark, without which a count of all lanes' would
  // read the whole journal: a condition on the first field is what makes an index one to choose.
  const unsent: WantedIndex = {
    key: { sent: 1, lane: 1, first: 1, _id: 1 },
    partialFilterExpression: { sent: false },
  }
  const ttl: WantedIndex[] =
    sentAtTtl === undefined ? [] : [{ key: { sentAt: 1 }, expireAfterSeconds: sentAtTtl }]
  return [
    ...ofDocuments,
    { name: positionsCollection, indexes: [] },
    { name: journalCollection, indexes: [unsent, ...ttl] },
  ]
}

/** Compares the database with what is wanted, without changing it. */
export async function survey(database: Db, wanted: readonly WantedCollection[]): Promise<Finding[]> {
  const present = new Map<string, object>()
  for await (const { name, options = {} } of database.listCollections({}, { nameOnly: false }))
    present.set(name, options)
  const findings: Finding[] = []
  for (const { name, indexes } of wanted) {
    const options = present.get(name)
    findings.push(collectionFinding(name, options))
    const found = options === undefined ? [] : await indexesOf(database, name)
    findings.push(...compareIndexes(name, indexes, found))
  }
  return findings
}

export function collectionFinding(collection: string, options: object | undefined): Finding {
  const base = { collection, index: null, wanted: null, found: null }
  if (options === undefined) return { ...base, state: 'missing', detail: null }
  const isSet = (name: string) =>
    Reflect.get(options, name) !== undefined && Reflect.get(options, name) !== false
  const odd = ['collation', 'capped', 'timeseries', 'viewOn'].filter(isSet)
  if (odd.length > 0) return { ...base, state: 'unfit', detail: `has ${odd.join(', ')}` }
  if (isSet('validator')) return { ...base, state: 'validated', detail: 'has a validator' }
  return { ...base, state: 'there', detail: null }
}

export type FoundIndex = Readonly<Record<string, unknown>> & { readonly key: object }

async function indexesOf(database: Db, collection: string): Promise<FoundIndex[]> {
  try {
    return (await database.collection(collection).indexes()) as unknown as FoundIndex[]
  } catch (error) {
    // Dropped since it was listed; a view has none.
    if (error instanceof MongoServerError && (error.code === 26 || error.code === 166)) return []
    throw error
  }
}

/** Two are the same index when they have the same fields in the same order; the name doesn't matter. */
export function compareIndexes(
  collection: string,
  wanted: readonly WantedIndex[],
  found: readonly FoundIndex[],
): Finding[] {
  const left = new Map(found.map(index => [keyOf(index.key), index]))
  left.delete(keyOf({ _id: 1 }))
  const findings: Finding[] = wanted.map(index => {
    const base = { collection, index: fieldsOf(index.key), wanted: index }
    const there = left.get(keyOf(index.key))
    if (there === undefined) return { ...base, state: 'missing', detail: null, found: null }
    left.delete(keyOf(index.key))
    const detail = differences(index, there)
    const found = nameOf(there)
    return detail === ''
      ? { ...base, state: 'there', detail: null, found }
      : { ...base, state: 'differs', detail, found }
  })
  for (const index of left.values())
    findings.push({
      collection,
      index: fieldsOf(index.key),
      state: 'extra',
      detail: meaningOf(index),
      wanted: null,
      found: nameOf(index),
    })
  return findings
}

/** What changes which documents an index holds, keeps out or removes. */
const telling = [
  'unique',
  'sparse',
  'hidden',
  'collation',
  'partialFilterExpression',
  'expireAfterSeconds',
] as const

function differences(wanted: WantedIndex, found: FoundIndex): string {
  return telling
    .filter(option => told(Reflect.get(wanted, option)) !== told(found[option]))
    .map(option => `${option} is ${told(found[option])}, not ${told(Reflect.get(wanted, option))}`)
    .join('; ')
}

function told(value: unknown): string {
  return value === undefined || value === false ? 'none' : JSON.stringify(value)
}

function nameOf({ name }: FoundIndex): string | null {
  return typeof name === 'string' ? name : null
}

function meaningOf(index: FoundIndex): string | null {
  if (typeof index.expireAfterSeconds === 'number')
    return `documents are removed ${index.expireAfterSeconds} s after ${fieldsOf(index.key)}`
  return index.unique === true ? 'unique: may refuse what the store writes' : null
}

function keyOf(key: object): string {
  return JSON.stringify(
    Object.entries(key).map(([field, direction]) => [field, Number(direction) || direction]),
  )
}

function fieldsOf(key: object): string {
  return Object.entries(key)
    .map(([field, direction]) => (Number(direction) === 1 ? field : `${field} (${direction})`))
    .join(', ')
}

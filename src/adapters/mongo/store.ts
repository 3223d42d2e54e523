import type { Collection } from 'mongodb'
import { misconfigured } from '../../ports/errors.ts'
import type { Catalogue, CollectionMap, Index, Store } from '../../ports/store.ts'
import { attempting } from './attempt.ts'
import { Causality, type Reading } from './causality.ts'
import { connect, type MongoOptions } from './client.ts'
import { commitUnit } from './commit.ts'
import { openJournal } from './journal.ts'
import { positionsOf } from './positions.ts'
import { compileCountBy, compileFilter, compileQuery, type Row } from './query.ts'
import { decode, encodeText } from './shape.ts'

export type { MongoOptions } from './client.ts'

export interface MongoStore<C extends CollectionMap> extends Store<C> {
  /** Servers and database, for people; never with a password. */
  readonly place: string
}

/** Ids a query asks for, and queries under way at a time: one large list took a server of ours time by its square. */
const idsAtOnce = 200
const queriesAtOnce = 4
/** Documents an answer may hold, if they fit in 16 MiB: the driver's own way is 101, then the rest. */
const batchSize = 10_000

/**
 * The store in a MongoDB database (6.0 or later, a replica set or sharded). Resolves without having met a server. Makes no
 * indexes: `migrate` does.
 * @throws PortError `configuration` for an address that can't be one
 */
export async function openMongo<C extends CollectionMap>(
  catalogue: Catalogue<C>,
  options: MongoOptions,
): Promise<MongoStore<C>> {
  const connection = connect(options)
  const { client, database, place } = connection
  const positions = positionsOf(database)

  const attempt = attempting(connection)
  const causality = new Causality(client)
  const reading: Reading = (what, work) => attempt(what, () => causality.within(work))

  const indexesOf = (name: PropertyKey): readonly Index[] => {
    const found = Object.hasOwn(catalogue, name) ? catalogue[name as keyof C] : undefined
    if (found === undefined) throw misconfigured(`there is no collection ${JSON.stringify(String(name))}`)
    return found.indexes
  }
  const rows = (name: string): Collection<Row> => database.collection<Row>(name)

  return {
    place,
    get: <K extends keyof C & string>(name: K, ids: readonly string[]) =>
      reading(`get ${name}`, async own => {
        indexesOf(name)
        const found = new Map<string, C[K]>()
        const wanted = [...new Set(ids)].map(encodeText)
        const read = async ($in: readonly unknown[]) => {
          for (const row of await rows(name)
            .find({ _id: { $in } } as never, { batchSize, ...own })
            .toArray()) {
            const document = decode(row) as C[K]
            found.set(document._id, document)
          }
        }
        const chunks = Array.from({ length: Math.ceil(wanted.length / idsAtOnce) }, (_, at) =>
          wanted.slice(at * idsAtOnce, (at + 1) * idsAtOnce),
        )
        for (let at = 0; at < chunks.length; at += queriesAtOnce)
          await Promise.all(chunks.slice(at, at + queriesAtOnce).map(read))
        return found
      }),
    find: <K extends keyof C & string>(name: K, query: Parameters<Store<C>['find']>[1]) =>
      reading(`find ${name}`, async own => {
        const compiled = compileQuery(name, indexesOf(name), query)
        const found: C[K][] = []
        for await (const row of rows(name).find(compiled.filter, { batchSize, ...own, ...compiled.options }))
          found.push(decode(row) as C[K])
        return found
      }),
    count: (name, where) =>
      reading(`count ${name}`, async own => {
        const filter = compileFilter(name, indexesOf(name), where)
        // Of all it is what the server keeps count of anyway: it may be off after a crash, until the next validation.
        if (Object.keys(filter).length === 0) return rows(name).estimatedDocumentCount(own)
        return rows(name).countDocuments(filter, own)
      }),
    countBy: (name, field, where) =>
      reading(`count ${name}`, async own => {
        const stages = compileCountBy(name, indexesOf(name), field, where)
        const groups = await rows(name).aggregate<{ _id: string; count: number }>(stages, own).toArray()
        return new Map(groups.map(({ _id, count }) => [_id, count]))
      }),
    commit: unit =>
      attempt(`commit ${unit.move?.to.lane ?? ''}`, async () => {
        for (const { collection } of unit.writes) indexesOf(collection)
        return commitUnit(connection, causality, unit)
      }),
    position: lane => reading('position', own => positions.get(lane, own)),
    positions: () => reading('positions', own => positions.all(own)),
    journal: openJournal(database, reading),
    close: () => client.close(),
  }
}

import { Binary, type Collection, type Db, MongoServerError, ObjectId } from 'mongodb'
import { byEpoch, laterEpochs } from '../../lanes/lane-name.ts'
import type { Journal, JournalEntry } from '../../ports/store.ts'
import { packRecords, unpackRecords } from '../journal-records.ts'
import type { Own, Reading } from './causality.ts'
import { decode, encodeText } from './shape.ts'

export const journalCollection = 'journal'

/**
 * An entry, or the first part of one too large for a document. It alone says whether the entry is sent: a mark is then a
 * change of one document, whole or not at all. `_id` is no natural key, as a lane may write two entries with one `first`;
 * it grows, which keeps entries in the order they were written.
 */
export interface Head {
  readonly _id: string
  readonly lane: string | Binary
  readonly first: number
  readonly parts: number
  readonly sent: boolean
  /** Only once sent: what a TTL counts from. */
  readonly sentAt?: Date
  readonly records: Binary
}

/** `_id` is the head's with `/1`, `/2`, … */
interface Continuation {
  readonly _id: string
  readonly sentAt?: Date
  readonly records: Binary
}

type Part = Head | Continuation

/** Bytes, well below the 16 MiB of a document. */
const partSize = 12 * 1024 * 1024

/** The documents of an entry, the head first. */
export function partsOf(
  { lane, first, records }: JournalEntry,
  size = partSize,
): (Record<string, unknown> & { readonly _id: string })[] {
  const packed = packRecords(records)
  const parts = Math.max(1, Math.ceil(packed.length / size))
  const id = new ObjectId().toHexString()
  const bytes = (part: number) => new Binary(packed.subarray(part * size, (part + 1) * size))
  const head = { _id: id, lane: encodeText(lane), first, parts, sent: false, records: bytes(0) }
  const rest = Array.from({ length: parts - 1 }, (_, at) => ({
    _id: continuationId(id, at + 1),
    records: bytes(at + 1),
  }))
  return [head, ...rest]
}

function continuationId(head: string, part: number): string {
  return `${head}/${part}`
}

function continuationIds({ _id, parts }: Pick<Head, '_id' | 'parts'>): string[] {
  return Array.from({ length: parts - 1 }, (_, at) => continuationId(_id, at + 1))
}

/** Plain bytes: a slice of a Buffer is no copy, and would hold on to the whole answer of the server. */
export function bytesOf(pieces: readonly Binary[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length(), 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece.value(), at)
    at += piece.length()
  }
  return bytes
}

/** Entries read at once by who reads all: each may fill a document. */
const entriesAtOnce = 16

async function indexesOf(collection: Collection<Head>): Promise<readonly { expireAfterSeconds?: number }[]> {
  try {
    return await collection.indexes()
  } catch (error) {
    if (error instanceof MongoServerError && error.codeName === 'NamespaceNotFound') return []
    throw error
  }
}

/** `reading` turns what the driver throws into what the port may, and lends a ...own to read in. */
export function openJournal(database: Db, reading: Reading): Journal {
  const heads: Collection<Head> = database.collection(journalCollection)
  const parts: Collection<Part> = database.collection(journalCollection)

  const recordsOf = async (head: Head, own: Own): Promise<JournalEntry['records']> => {
    if (head.parts === 1) return unpackRecords(bytesOf([head.records]))
    const rest = new Map<string, Binary>()
    const ids = continuationIds(head)
    for await (const { _id, records } of parts.find({ _id: { $in: ids } }, own)) rest.set(_id, records)
    const pieces = [head.records, ...ids.map(id => rest.get(id))].map(piece => {
      if (piece === undefined) throw new RangeError(`the journal entry ${head._id} lacks a part`)
      return piece
    })
    return unpackRecords(bytesOf(pieces))
  }

  return {
    unsent: lane =>
      reading(`unsent ${lane}`, async own => {
        const entries: JournalEntry[] = []
        const [above, below] = laterEpochs(lane)
        const names = [{ lane: encodeText(lane) as string }, { lane: { $gt: above, $lt: below } }]
        // An entry may fill a document: no more of them at once than one answer can hold anyway.
        const cursor = heads.find({ sent: false, $or: names }, { sort: { first: 1, _id: 1 }, ...own })
        for await (const head of cursor)
          entries.push({
            lane: decode(head.lane) as string,
            first: head.first,
            records: await recordsOf(head, own),
          })
        return byEpoch(entries)
      }),
    unsentCount: () => reading('unsent', own => heads.countDocuments({ sent: false }, own)),
    unsentSince: () =>
      reading('unsent', async own => {
        // Not sorted by `_id`: that could be answered by going through the whole journal in its order.
        const oldest = [{ $match: { sent: false } }, { $group: { _id: null, head: { $min: '$_id' } } }]
        const [found] = await heads.aggregate<{ head: string }>(oldest, own).toArray()
        return found === undefined ? null : new ObjectId(found.head).getTimestamp().getTime()
      }),
    markSent: (lane, first, sentAt) =>
      reading(`mark ${lane}`, async own => {
        const filter = { lane: encodeText(lane) as string, first, sent: false }
        const mark = { $set: { sent: true, sentAt: new Date(sentAt) } }
        const { matchedCount } = await heads.updateMany({ ...filter, parts: 1 }, mark, {
          session: own.session,
        })
        if (matchedCount > 0) return
        // The rest of it first: cut off in between, the entry is still owed and will be marked again.
        for (const head of await heads.find(filter, { projection: { parts: 1 }, ...own }).toArray()) {
          await parts.updateMany(
            { _id: { $in: continuationIds(head) } },
            { $set: { sentAt: new Date(sentAt) } },
            { session: own.session },
          )
          await heads.updateOne({ _id: head._id }, mark, { session: own.session })
        }
      }),
    async *kept() {
      for (let last = ''; ; ) {
        // Parts that aren't a head have no `parts`. `_id` grows with time, by the clock of who wrote.
        const found: Head[] = await reading('reading the journal', own =>
          heads
            .find(
              { _id: { $gt: last }, parts: { $gte: 1 } },
              { sort: { _id: 1 }, limit: entriesAtOnce, ...own },
            )
            .toArray(),
        )
        for (const head of found) {
          const records = await reading('reading the journal', own => recordsOf(head, own))
          yield { lane: decode(head.lane) as string, first: head.first, sent: head.sent, records }
        }
        last = found.at(-1)?._id ?? last
        if (found.length < entriesAtOnce) return
      }
    },
    count: () => reading('counting the journal', own => heads.estimatedDocumentCount(own)),
    keptFor: () =>
      reading('indexes of the journal', async () => {
        const ttls = (await indexesOf(heads)).flatMap(({ expireAfterSeconds }) => expireAfterSeconds ?? [])
        return ttls.length === 0 ? null : Math.min(...ttls)
      }),
  }
}

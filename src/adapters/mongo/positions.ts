import type { Binary, ClientSession, Collection, Db } from 'mongodb'
import type { Position, PositionMove } from '../../ports/store.ts'
import type { Own } from './causality.ts'
import { decode, encodeText } from './shape.ts'

export const positionsCollection = 'positions'

interface PositionRow extends Omit<Position, 'lane'> {
  readonly _id: string | Binary
}

export function positionsOf(database: Db) {
  const rows: Collection<PositionRow> = database.collection(positionsCollection)
  return {
    async get(lane: string, own: Own): Promise<Position | null> {
      const row = await rows.findOne({ _id: encodeText(lane) }, own)
      return row === null ? null : positionOf(row)
    },
    async all(own: Own): Promise<Position[]> {
      return (await rows.find({}, { sort: { _id: 1 }, ...own }).toArray()).map(positionOf)
    },
    /** False when it isn't at `from`; without a `from` the driver throws a duplicate key then. */
    async move({ from, to }: PositionMove, session: ClientSession): Promise<boolean> {
      const { offset, timestamp, epoch } = to
      const _id = encodeText(to.lane)
      if (from === null) {
        await rows.insertOne({ _id, offset, timestamp, epoch }, { session })
        return true
      }
      const { matchedCount } = await rows.updateOne(
        { _id, offset: from.offset, epoch: from.epoch },
        { $set: { offset, timestamp, epoch } },
        { session },
      )
      return matchedCount === 1
    },
  }
}

function positionOf({ _id, offset, timestamp, epoch }: PositionRow): Position {
  return { lane: String(decode(_id)), offset, timestamp, epoch }
}

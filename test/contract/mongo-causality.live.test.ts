import { type CommandStartedEvent, MongoClient, type Timestamp } from 'mongodb'
import { expect, test } from 'vitest'
import { Causality } from '../../src/adapters/mongo/causality.ts'
import { majority } from '../../src/adapters/mongo/client.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe } from '../support/servers/servers.ts'

liveDescribe('reads on MongoDB', { needs: ['mongodb'] }, () => {
  const { mongodbUri } = scratch()

  test('ask for what was written and read before, each for its own', async () => {
    const client = new MongoClient(mongodbUri, { monitorCommands: true, readConcern: majority })
    const asked: (Timestamp | undefined)[] = []
    client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
      if (commandName === 'find') asked.push(command.readConcern?.afterClusterTime)
    })
    try {
      const causality = new Causality(client)
      const rows = client.db().collection<{ _id: string }>('rows')
      const read = () => causality.within(own => rows.find({}, own).toArray())
      await read()
      const session = client.startSession()
      session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } })
      await rows.insertOne({ _id: 'a' }, { session })
      await session.commitTransaction()
      causality.note(session)
      expect(session.operationTime).toBeDefined()
      expect(await read()).toEqual([{ _id: 'a' }])
      await rows.find().toArray()
      await session.endSession()
      expect([asked[0], asked[2]]).toEqual([undefined, undefined])
      expect(asked[1]?.greaterThanOrEqual(session.operationTime as Timestamp)).toBe(true)
    } finally {
      await client.close()
    }
  })
})

import { MongoClient, Timestamp } from 'mongodb'
import { afterEach, expect, test } from 'vitest'
import { Causality, type Own } from './causality.ts'

// Meets no server: sessions are had without one.
const client = new MongoClient('mongodb://127.0.0.1:1')
afterEach(() => client.close())

const at = (seconds: number) => new Timestamp({ t: seconds, i: 1 })

/** A call during which a server told its time. */
const told =
  (seconds: number) =>
  async ({ session }: Own) => {
    const before = session.operationTime
    session.advanceOperationTime(at(seconds))
    return before
  }

test('each call asks for no less than what was met before, by reads that failed and by commits too', async () => {
  const causality = new Causality(client)
  expect(await causality.within(told(5))).toBeUndefined()
  expect(await causality.within(told(3))).toEqual(at(5))
  const failing = causality.within(async own => {
    await told(7)(own)
    throw new Error('cut off')
  })
  await expect(failing).rejects.toThrow('cut off')
  expect(await causality.within(told(1))).toEqual(at(7))
  const commit = client.startSession()
  commit.advanceOperationTime(at(9))
  causality.note(commit)
  expect(await causality.within(async ({ session }) => session.operationTime)).toEqual(at(9))
})

test('sessions are for reading after what was read, and given back', async () => {
  const causality = new Causality(client)
  const { session: lent } = await causality.within(async own => own)
  expect(lent.supports.causalConsistency).toBe(true)
  expect(lent.hasEnded).toBe(true)
})

test('calls beside each other have sessions of their own', async () => {
  const causality = new Causality(client)
  const [one, other] = await Promise.all([
    causality.within(async own => own),
    causality.within(async own => own),
  ])
  expect(one.session).not.toBe(other.session)
  expect(one.readConcern).not.toBe(other.readConcern)
  expect(one.readConcern.level).toBe('majority')
})

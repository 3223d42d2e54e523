import { expect, test } from 'vitest'
import { topics } from '../../src/roles/topics.ts'
import { rfiSample } from '../support/samples.ts'
import { temporaryFolder } from '../support/simulated.ts'
import { fuzzCodec } from './feed.ts'
import { Ledger, Tally } from './ledger.ts'
import { fuzz } from './run.ts'
import { openStepper, type Stepper } from './stepper.ts'

test('2,000 hostile records: each has one outcome, and the same seed sends the same', async () => {
  const [one, other, third] = [
    await fuzz({ records: 2000, seed: 5 }),
    await fuzz({ records: 300, seed: 6 }),
    await fuzz({ records: 300, seed: 6 }),
  ]
  expect([one.unaccounted, one.problems.filter(problem => !problem.includes(' ms '))]).toEqual([0, []])
  expect(new Set(one.table.map(({ topic }) => topic)).size).toBe(7)
  expect([other.digest, other.table]).toEqual([third.digest, third.table])
  expect(other.digest).not.toBe(one.digest)
})

const broken = (key: string) => ({ topic: topics.rfis, key, value: Buffer.from('{'), headers: {} })

/** Two records that can't be read, worked; then what goes wrong; then the account. */
async function after(wrong: (stepper: Stepper) => Promise<void>): Promise<Tally> {
  const folder = temporaryFolder()
  const codec = fuzzCodec()
  const stepper = await openStepper(folder.path, codec, { partitions: 1 })
  const tally = new Tally()
  try {
    await stepper.send([broken('a'), broken('b')])
    await stepper.drain(() => 10)
    await wrong(stepper)
    await new Ledger(stepper, codec, { partitions: 1, tally }).account()
    return tally
  } finally {
    await stepper.close()
    folder.remove()
  }
}

test('the ledger finds what is missing, and what is there twice', async () => {
  expect(await after(async () => {})).toMatchObject({ unaccounted: 0, problems: [], total: 2 })
  const unworked = await after(stepper => stepper.send([broken('c')]))
  expect(unworked).toMatchObject({
    unaccounted: 1,
    problems: ['router/rfis/0: 1 of 1 records left no trace'],
  })
  const lost = await after(async ({ store }) => {
    await store.commit({
      move: null,
      journal: null,
      writes: [{ kind: 'remove', collection: 'dead', id: 'rfis/0@1' }],
    })
  })
  expect(lost.problems).toEqual(['rfis/0@1 is not in the store as it was sent'])
  const untold = await after(async ({ send, drain, store }) => {
    const value = Buffer.from(JSON.stringify({ ...rfiSample, rfiId: 'c' }))
    await send([{ topic: topics.rfis, key: 'c', value, headers: {} }])
    await drain(() => 10)
    const writes = [{ kind: 'remove', collection: 'notices', id: 'c' }] as const
    expect(await store.count('notices', {})).toBe(1)
    await store.commit({ move: null, journal: null, writes })
  })
  expect(untold.problems).toEqual(['projector/customer-notices/0: 2 of 2 records left no trace'])
  const twice = await after(async ({ send, read }) => {
    const [letter] = read(topics.deadLetters, 0, 0)
    if (letter !== undefined) await send([{ ...letter, topic: topics.deadLetters }])
  })
  expect(twice.problems).toEqual(['two dead letters of rfis/0@0'])
})

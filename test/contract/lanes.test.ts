import { describe, expect, test } from 'vitest'
import { openOwnData } from '../support/embedded.ts'
import { eraseContract } from './erase-contract.ts'
import { laneContract } from './lane-contract.ts'
import { changedStore, type LaneBench, type LaneBenchFactory } from './lane-fixtures.ts'
import { redriveContract } from './redrive-contract.ts'

const embedded: LaneBenchFactory = async () => {
  const data = await openOwnData()
  return {
    store: data.store,
    log: data.log,
    partitions: 1,
    async read(partition, from) {
      // A read is bounded by bytes too.
      const all = [...data.log.read(partition, from, 10_000)]
      for (let more = all; more.length > 0; all.push(...more)) {
        more = [...data.log.read(partition, (all.at(-1)?.offset ?? from) + 1, 10_000)]
      }
      return all
    },
    close: data.close,
  }
}

describe('lanes on the embedded store and log', () => {
  for (const { name, run } of [...laneContract, ...redriveContract, ...eraseContract])
    test(name, () => run(embedded))
})

/** Whatever the position is, it is taken for the one expected. */
function unguarded({ store }: LaneBench): LaneBench['store'] {
  return changedStore(store, {
    async commit(unit) {
      if (unit.move === null) return store.commit(unit)
      const from = await store.position(unit.move.to.lane)
      return store.commit({ ...unit, move: { ...unit.move, from } })
    },
  })
}

/** Each break of the protocol, and the case that must notice it. */
const sabotages: readonly (readonly [string, RegExp, (bench: LaneBench) => LaneBench['store']])[] = [
  ['the guard on the position off', /^two owners of one lane/, unguarded],
  ['the guard on the position off, and a race', /^a position moved by another between/, unguarded],
  [
    'no journal',
    /^an unsent journal entry/,
    ({ store }) => changedStore(store, { commit: unit => store.commit({ ...unit, journal: null }) }),
  ],
  [
    'the position outside the transaction',
    /^a document changed by another lane/,
    ({ store }) =>
      changedStore(store, {
        async commit(unit) {
          const moved = await store.commit({ move: unit.move, writes: [], journal: null })
          if (moved.kind !== 'committed') return moved
          return store.commit({ ...unit, move: null })
        },
      }),
  ],
]

describe('the lane suite notices', () => {
  for (const [name, affected, sabotage] of sabotages) {
    test(name, async () => {
      const cases = laneContract.filter(one => affected.test(one.name))
      expect(cases.length).toBeGreaterThan(0)
      for (const { run } of cases) {
        const broken: LaneBenchFactory = async () => {
          const bench = await embedded()
          return { ...bench, log: bench.log, store: sabotage(bench) }
        }
        // An expectation of the case itself, not an accident on the way to it.
        await expect(run(broken)).rejects.toMatchObject({ name: 'AssertionError' })
      }
    })
  }
})

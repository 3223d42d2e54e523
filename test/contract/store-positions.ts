import { expect } from 'vitest'
import { at, insertNote, lane, type StoreCase, storeCase, unit } from './store-sample.ts'

const committed = { kind: 'committed' }
const moved = { kind: 'position-moved' }

/** The guard everything else rests on: of two owners of a lane, one goes on. */
export const positionCases: readonly StoreCase[] = [
  storeCase('position: taken from nothing once', async (store, bed) => {
    expect(await store.position(lane)).toBeNull()
    expect(await store.commit(unit({ move: { from: null, to: at(10) } }))).toEqual(committed)
    expect(await store.position(lane)).toEqual(at(10))
    const other = await bed.open()
    expect(await other.commit(unit({ move: { from: null, to: at(20) }, writes: [insertNote('n')] }))).toEqual(
      moved,
    )
    expect(await store.position(lane)).toEqual(at(10))
    expect(await store.get('notes', ['n'])).toEqual(new Map())
  }),
  storeCase('position: moved by another', async (store, bed) => {
    const other = await bed.open()
    await store.commit(unit({ move: { from: null, to: at(10) } }))
    expect(await other.commit(unit({ move: { from: at(10), to: at(15) } }))).toEqual(committed)
    const late = unit({
      move: { from: at(10), to: at(20) },
      writes: [insertNote('n')],
      journal: { lane, first: 10, records: [] },
    })
    expect(await store.commit(late)).toEqual(moved)
    expect(await store.position(lane)).toEqual(at(15))
    expect(await store.count('notes', {})).toBe(0)
    expect(await store.journal.unsentCount()).toBe(0)
  }),
  storeCase('position: believed to be there, but gone', async store => {
    expect(await store.commit(unit({ move: { from: at(10), to: at(20) } }))).toEqual(moved)
    expect(await store.position(lane)).toBeNull()
  }),
  storeCase('position: the same offset in a later epoch is another place', async store => {
    await store.commit(unit({ move: { from: null, to: at(10) } }))
    await store.commit(unit({ move: { from: at(10), to: at(10, 1) } }))
    expect(await store.commit(unit({ move: { from: at(10), to: at(20) } }))).toEqual(moved)
    expect(await store.commit(unit({ move: { from: at(10, 1), to: at(20, 1) } }))).toEqual(committed)
    expect(await store.position(lane)).toEqual(at(20, 1))
  }),
  storeCase('position: two handles racing from nothing, one gets it', async (store, bed) => {
    const other = await bed.open()
    for (let round = 0; round < 10; round++) {
      const to = at(1, 0, `lane/${round}`)
      const outcomes = await Promise.all(
        [store, other].map((handle, index) =>
          handle.commit(unit({ move: { from: null, to }, writes: [insertNote(`${round}/${index}`)] })),
        ),
      )
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['committed', 'position-moved'])
    }
    expect(await store.count('notes', {})).toBe(10)
  }),
  storeCase('position: two handles racing on, every move has one owner', async (store, bed) => {
    await store.commit(unit({ move: { from: null, to: at(0) } }))
    const wins = await Promise.all(
      [store, await bed.open()].map(async (handle, owner) => {
        let won = 0
        for (let turn = 0; turn < 20; turn++) {
          const from = await handle.position(lane)
          const to = at((from?.offset ?? 0) + 1)
          const outcome = await handle.commit(
            unit({ move: { from, to }, writes: [insertNote(`${to.offset} by ${owner}`)] }),
          )
          if (outcome.kind === 'committed') won++
        }
        return won
      }),
    )
    const total = wins.reduce((sum, won) => sum + won, 0)
    expect(await store.position(lane)).toEqual(at(total))
    expect(await store.count('notes', {})).toBe(total)
  }),
  storeCase('lanes stand each for itself', async store => {
    await store.commit(unit({ move: { from: null, to: at(1) } }))
    await store.commit(unit({ move: { from: null, to: at(2, 3, 'router/rfis/1') } }))
    expect(await store.positions()).toEqual(expect.arrayContaining([at(1), at(2, 3, 'router/rfis/1')]))
    expect(await store.positions()).toHaveLength(2)
  }),
]

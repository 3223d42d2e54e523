import { expect, it } from 'vitest'
import type { Condition, Position, Store } from '../ports/store.ts'
import { type FollowedDocument, Follower } from './follower.ts'

const lane = 'directory/partner-profiles/0'

/** A store of followed documents, and what a follower of it has seen by now. */
function bench() {
  const documents = new Map<string, FollowedDocument>()
  const seen: string[] = []
  const matches = (value: string | number, condition: Condition | undefined): boolean => {
    if (typeof condition !== 'object' || condition === null || 'in' in condition)
      return condition === undefined || condition === value
    const { gt, lt } = condition
    return (gt == null || value > gt) && (lt == null || value < lt)
  }
  const find = async (_collection: string, { where }: { where: Readonly<Record<string, Condition>> }) =>
    [...documents.values()].filter(
      ({ changed }) =>
        matches(changed.lane, where['changed.lane']) && matches(changed.offset, where['changed.offset']),
    )
  const follower = new Follower<{ rows: FollowedDocument }, 'rows'>({
    store: { find } as unknown as Store<{ rows: FollowedDocument }>,
    collection: 'rows',
    role: 'directory',
    apply: ({ _id }) => seen.push(_id),
  })
  return {
    write: (_id: string, name: string, offset: number) =>
      documents.set(_id, { _id, changed: { lane: name, offset } }),
    /** What a poll brings, the lane standing there. */
    async at(offset: number, epoch = 0): Promise<string[]> {
      const position: Position = { lane, offset, epoch, timestamp: null }
      await follower.poll([position])
      return seen.splice(0)
    },
  }
}

it('reads all once, then what changed below the position', async () => {
  const { write, at } = bench()
  write('a', lane, 4)
  expect(await at(5)).toEqual(['a'])
  write('b', lane, 5)
  write('c', lane, 9)
  expect(await at(5)).toEqual([])
  expect(await at(7)).toEqual(['b'])
  expect(await at(10)).toEqual(['c'])
})

it('reads what a lane wrote just before it was resumed', async () => {
  const { write, at } = bench()
  expect(await at(5)).toEqual([])
  write('last of the former', lane, 99)
  write('first of the new', `${lane}~1`, 2)
  expect(await at(2, 1)).toEqual(['last of the former'])
  expect(await at(3, 1)).toEqual(['first of the new'])
  expect(await at(3, 1)).toEqual([])
})

it('reads a former epoch once, also while the lane stands at the start of the new one', async () => {
  const { write, at } = bench()
  await at(5)
  write('a', lane, 7)
  expect(await at(0, 1)).toEqual(['a'])
  expect(await at(0, 1)).toEqual([])
})

it('reads epochs that came and went between two looks', async () => {
  const { write, at } = bench()
  await at(5)
  write('a', lane, 6)
  write('b', `${lane}~1`, 50)
  write('c', `${lane}~2`, 1)
  expect(await at(2, 2)).toEqual(['a', 'b', 'c'])
})

it('reads all that the lane wrote when its epoch leaps, as after a resumption', async () => {
  const { write, at } = bench()
  await at(5)
  write('a', lane, 6)
  write('b', `${lane}~17`, 50)
  write('c', `${lane}~1774000000`, 1)
  write('of another lane', `${lane}0~3`, 1)
  expect((await at(2, 1_774_000_000)).sort()).toEqual(['a', 'b', 'c'])
  write('d', `${lane}~1774000002`, 2)
  expect(await at(3, 1_774_000_002)).toEqual(['d'])
})

it('reads again what a restored store holds', async () => {
  const { write, at } = bench()
  write('a', lane, 3)
  await at(5, 1)
  expect(await at(4, 0)).toEqual(['a'])
})

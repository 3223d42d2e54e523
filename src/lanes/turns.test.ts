import { expect, test, vi } from 'vitest'
import { Turns } from './turns.ts'

/** Lanes whose work ends when it is told to, and what began so far. */
function bench() {
  const turns = new Turns(5)
  const begun: string[] = []
  const endings = new Map<string, () => void>()
  const take = (lane: string, meanwhile?: () => Promise<void>) =>
    turns.take(
      lane,
      async () => {
        begun.push(lane)
        await new Promise<void>(resolve => endings.set(lane, resolve))
      },
      meanwhile,
    )
  const until = (...lanes: readonly string[]) => vi.waitFor(() => expect(begun).toEqual(lanes))
  return { turns, begun, take, until, end: (lane: string) => endings.get(lane)?.() }
}

test('one after the other, in the order they asked', async () => {
  const { turns, take, until, end } = bench()
  const all = ['a', 'b', 'c'].map(lane => take(lane))
  await until('a')
  expect(['a', 'b', 'c'].map(lane => turns.isWaiting(lane))).toEqual([false, true, true])
  end('a')
  await until('a', 'b')
  end('b')
  await until('a', 'b', 'c')
  end('c')
  await Promise.all(all)
})

test('who waits shows that it lives', async () => {
  const { take, until, end } = bench()
  const first = take('a')
  const alive = vi.fn(async () => undefined)
  const second = take('b', alive)
  await vi.waitFor(() => expect(alive.mock.calls.length).toBeGreaterThan(2))
  end('a')
  await until('a', 'b')
  end('b')
  await Promise.all([first, second])
})

test('who gives its turn up lets nobody by who was behind it too early, and holds nobody up', async () => {
  const { turns, begun, take, until, end } = bench()
  const first = take('a')
  const second = take('b', async () => {
    throw new Error('revoked')
  })
  const third = take('c')
  await expect(second).rejects.toThrow('revoked')
  expect(turns.isWaiting('b')).toBe(false)
  expect(begun).toEqual(['a'])
  end('a')
  await until('a', 'c')
  end('c')
  await Promise.all([first, third])
})

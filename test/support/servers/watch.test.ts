import { expect, it } from 'vitest'
import { eventually } from './eventually.ts'
import { watch } from './watch.ts'

it('mends a server that hangs, once, and goes on watching; one late answer is no reason', async () => {
  let hangs = false
  let asked = 0
  let mended = 0
  const lines: string[] = []
  const watching = watch({
    label: 'a server',
    every: 1,
    patience: 20,
    ask: async () => {
      asked += 1
      if (hangs || asked === 2) await new Promise(() => {})
    },
    mend: async () => {
      mended += 1
      hangs = false
    },
    tell: line => lines.push(line),
  })
  await eventually('it asks on after one late answer', async () => asked > 5, { within: 5000 })
  expect([mended, lines]).toEqual([0, ['a server did not answer (1 of 2): no answer in 0.02 s']])
  hangs = true
  await eventually('it is mended', async () => mended === 1, { within: 5000 })
  const before = asked
  await eventually('it is watched on', async () => asked > before + 2, { within: 5000 })
  await watching.stop()
  const after = asked
  await new Promise(resolve => setTimeout(resolve, 20))
  expect([mended, asked]).toEqual([1, after])
  expect(lines.at(-1)).toMatch(/was started again/)
})

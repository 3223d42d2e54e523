import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { eventually } from './eventually.ts'

const owner = fileURLToPath(new URL('guard-owner.ts', import.meta.url))
const owners: ChildProcess[] = []
afterEach(() => {
  for (const child of owners.splice(0)) child.kill('SIGKILL')
})

function alive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch {
    return false
  }
}

it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('nothing outlives an owner ended by %s', async signal => {
  const child = spawn(process.execPath, [owner], { stdio: ['ignore', 'pipe', 'inherit'] })
  owners.push(child)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { id, paused, folder } = JSON.parse(line) as { id: number; paused: number; folder: string }
  expect([alive(id), alive(paused), existsSync(folder)]).toEqual([true, true, true])
  child.kill(signal)
  const gone = async () => !alive(id) && !alive(paused) && !existsSync(folder)
  await eventually('processes and folder are gone', gone, { within: 20_000 })
})

/**
 * Outlives whoever started it, by a moment: it is told over standard input of processes and folders, and when that input
 * ends, however its owner ended, kills the process groups and removes the folders that are still on its list.
 *
 *   <pipe> | node guard.ts       lines: `+process PID`, `-process PID`, `+folder PATH`, `-folder PATH`
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

const processes = new Set<number>()
const folders = new Set<string>()

// Ctrl-C in a terminal reaches the owner; what the owner can't finish is done here afterwards.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const [, sign, kind, value = ''] = /^([+-])(process|folder) (.+)$/.exec(line) ?? []
  if (kind === 'process') sign === '+' ? processes.add(Number(value)) : processes.delete(Number(value))
  if (kind === 'folder') sign === '+' ? folders.add(value) : folders.delete(value)
}

for (const id of processes) {
  try {
    process.kill(-id, 'SIGKILL')
  } catch {
    // It had ended.
  }
}
if (processes.size > 0) await setTimeout(200)
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })

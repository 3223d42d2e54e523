import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/** One for the whole of this process, started with the first thing to guard. */
let input: Socket | null = null

/** From now until `released`, a process group is killed when this process ends in whatever way. */
export function guardProcess(id: number): { released(): void } {
  return guarded(`process ${id}`)
}

/** From now until `released`, a folder is removed when this process ends in whatever way. */
export function guardFolder(path: string): { released(): void } {
  return guarded(`folder ${path}`)
}

function guarded(what: string): { released(): void } {
  input ??= startGuard()
  const { write } = { write: (line: string) => input?.write(`${line}\n`) }
  write(`+${what}`)
  return { released: () => void write(`-${what}`) }
}

function startGuard(): Socket {
  const guard = spawn(process.execPath, [fileURLToPath(new URL('guard.ts', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  })
  // Neither keeps this process alive: its end is what the guard waits for.
  guard.unref()
  const socket = guard.stdin as Socket
  socket.unref()
  socket.on('error', () => {})
  return socket
}

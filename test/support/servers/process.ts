import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { guardProcess } from './guarding.ts'

/** A process of ours, in a group of its own so that Ctrl-C in a terminal doesn't reach it before we do. */
export interface ServerProcess {
  readonly id: number
  readonly log: string
  /** Null while it runs, then in words how it ended. */
  ended(): string | null
  /** Resolves when it has ended, in words how. */
  readonly end: Promise<string>
  signal(signal: NodeJS.Signals): void
  /** SIGKILL, and waits for the end. Works on a paused one. */
  kill(): Promise<void>
  /** SIGTERM unless another is given, SIGKILL after `grace` ms, and waits for the end. */
  stop(grace?: number, signal?: NodeJS.Signals): Promise<void>
}

export interface ProcessOptions {
  readonly command: string
  readonly arguments: readonly string[]
  readonly folder: string
  /** Standard output and standard error are appended to this file. */
  readonly log: string
  readonly environment?: Readonly<Record<string, string>>
}

export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  const output = openSync(options.log, 'a')
  const child = spawn(options.command, [...options.arguments], {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  const id = child.pid
  if (id === undefined) {
    const reason = await new Promise<Error>(resolve => child.once('error', resolve))
    throw new Error(`${options.command} can't be started: ${reason.message}`, { cause: reason })
  }
  const guard = guardProcess(id)
  let ended: string | null = null
  const end = new Promise<string>(resolve => {
    child.once('exit', (code, signal) => {
      guard.released()
      ended = signal === null ? `ended with status ${code}` : `ended by ${signal}`
      resolve(ended)
    })
  })
  const signal = (name: NodeJS.Signals) => {
    try {
      if (ended === null) process.kill(-id, name)
    } catch {
      // It ended between the look and the signal.
    }
  }
  const kill = async () => {
    signal('SIGKILL')
    await end
  }
  const stop = async (grace = 10_000, first: NodeJS.Signals = 'SIGTERM') => {
    signal('SIGCONT')
    signal(first)
    const timer = new AbortController()
    await Promise.race([end, setTimeout(grace, null, { signal: timer.signal }).catch(() => null)])
    timer.abort()
    await kill()
  }
  return { id, log: options.log, ended: () => ended, end, signal, kill, stop }
}

/** Runs to the end; throws with the tail of what it wrote unless the status is 0. */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const started = await startProcess(options)
  const how = await started.end
  if (how !== 'ended with status 0') throw new Error(`${options.command} ${how}: ${tail(options.log)}`)
}

/** The last lines of a log. */
export function tail(log: string, lines = 15): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
}

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  readonly environment?: Record<string, string>
  /** Closes standard output once this many bytes came. */
  readonly readAtMost?: number
}

/** What the user has set must not decide what is tested. */
function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string | undefined> {
  const theirs = Object.entries(process.env).filter(
    ([name]) => !/^(ROUTER_|KAFKA_|MONGODB_|SCHEMA_REGISTRY|FORCE_COLOR|NODE_OPTIONS|VITEST)/.test(name),
  )
  return { ...Object.fromEntries(theirs), ...extra }
}

function launch(words: readonly string[], environment?: Record<string, string>) {
  const env = cleanEnvironment(environment)
  return spawn(process.execPath, [main, ...words], { env, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** Runs a command to its end. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = launch(words, options.environment)
  const output = gather(child, options.readAtMost)
  child.stdin.on('error', () => undefined).end(options.input)
  const code = await ended(child)
  return { code, ...output }
}

export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly output: { readonly stdout: string; readonly stderr: string }
  /** Resolves once a line of standard output holds the text; rejects when the process ends before. */
  until(text: string): Promise<void>
  /** Resolves once it has ended by itself, or by `stop`. */
  readonly ended: Promise<Ended>
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** Starts a command that runs until told to stop. */
export function start(words: readonly string[], environment?: Record<string, string>): Running {
  const child = launch(words, environment)
  const output = gather(child)
  const end = ended(child)
  return {
    child,
    output,
    get ended() {
      return end.then(code => ({ code, ...output }))
    },
    until: text =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (output.stdout.includes(text)) resolve()
        }
        child.stdout.on('data', look)
        end.then(code => reject(new Error(`ended with ${code} before "${text}": ${output.stderr}`)), reject)
        look()
      }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return { code: await end, ...output }
    },
  }
}

function gather(child: Running['child'], atMost = Number.POSITIVE_INFINITY) {
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    output.stdout += text
    if (output.stdout.length >= atMost) child.stdout.destroy()
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    output.stderr += text
  })
  return output
}

function ended(child: Running['child']): Promise<number | null> {
  return new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
}

/** A folder of its own for a test, and what removes it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'referral-router-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}

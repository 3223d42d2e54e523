import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const living = new Set<Child>()
/** Compiling takes most of a start, and there are many starts. */
const compiled = mkdtempSync(join(tmpdir(), 'referral-router-compiled-'))

/** A Node process under our eyes: whoever waits for something it should do hears when it died instead, and why. */
export class Child {
  readonly #name: string
  readonly #process: ChildProcess
  readonly #gone: Promise<unknown>
  #expectedToEnd = false
  #lines: string[] = []
  #errors = ''

  constructor(name: string, args: readonly string[]) {
    this.#name = name
    this.#process = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...withoutSettings(process.env), NODE_COMPILE_CACHE: compiled },
    })
    this.#gone = once(this.#process, 'close')
    living.add(this)
    this.#process.stderr?.setEncoding('utf8').on('data', text => {
      this.#errors += text
    })
    // A process that was killed reads no more.
    this.#process.stdin?.on('error', () => undefined)
    if (this.#process.stdout !== null)
      createInterface({ input: this.#process.stdout }).on('line', line => this.#lines.push(line))
  }

  /** What it has said on standard error. */
  get errors(): string {
    return this.#errors
  }

  /** @throws when it ended and nobody had told it to */
  check(): void {
    const { exitCode, signalCode } = this.#process
    if (this.#expectedToEnd || (exitCode === null && signalCode === null)) return
    throw new Error(`${this.#name} ended by itself (${exitCode ?? signalCode}):\n${this.#errors}`)
  }

  /** The next line of its standard output, for those that say a line per request. */
  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift()
      if (line !== undefined) return line
      this.check()
      await new Promise(resolve => setTimeout(resolve, 2))
    }
  }

  async ask(request: string): Promise<string> {
    this.#process.stdin?.write(`${request}\n`)
    return this.line()
  }

  async kill(): Promise<void> {
    this.check()
    this.#expectedToEnd = true
    this.#process.kill('SIGKILL')
    await this.#gone
    living.delete(this)
  }

  /** Asks it to stop; gives its exit code, null if it had to be killed. */
  async stop(signal: 'SIGTERM' | 'end of input', deadline = 10_000): Promise<number | null> {
    this.check()
    this.#expectedToEnd = true
    if (signal === 'SIGTERM') this.#process.kill(signal)
    else this.#process.stdin?.end()
    const overdue = setTimeout(() => this.#process.kill('SIGKILL'), deadline)
    await this.#gone
    clearTimeout(overdue)
    living.delete(this)
    return this.#process.exitCode
  }
}

/** What would send a worker to other servers, or have it know customers by another key than the rerun. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const setting = /^(ROUTER_|KAFKA_|MONGODB_|SCHEMA_REGISTRY_)/
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !setting.test(name)))
}

/** Whatever is left, for the end of a test that failed. */
export async function killAll(): Promise<void> {
  for (const child of [...living]) await child.kill().catch(() => living.delete(child))
  rmSync(compiled, { recursive: true, force: true })
}

/** Waits for a condition while the children live. `pause` in ms; 0 looks as often as it can. */
export async function until(
  what: string,
  children: readonly Child[],
  condition: () => boolean | Promise<boolean>,
  { deadline = 30_000, pause = 2 }: { deadline?: number; pause?: number } = {},
): Promise<void> {
  const end = performance.now() + deadline
  while (!(await condition())) {
    for (const child of children) child.check()
    if (performance.now() > end)
      throw new Error(
        [`waited ${deadline} ms for: ${what}`, ...children.map(({ errors }) => errors)].join('\n'),
      )
    await new Promise(resolve => (pause === 0 ? setImmediate(resolve) : setTimeout(resolve, pause)))
  }
}

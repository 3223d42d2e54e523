import { availableParallelism } from 'node:os'
import { Worker as Thread } from 'node:worker_threads'
import type { Member } from '../adapters/embedded/log.ts'
import type { Config } from '../ops/config.ts'
import { PortError, type PortErrorCode } from '../ports/errors.ts'
import type { Logger } from '../ports/logger.ts'
import type { RoleName } from '../roles/role.ts'

export interface RoleThreadOptions {
  readonly roles: readonly RoleName[]
  readonly member: Member
  readonly config: Config
  readonly eventTime: boolean
  readonly holder: string
  readonly batchRecords?: number
}

export type ToThread = { readonly kind: 'stop'; readonly deadline: number }
export type FromThread =
  | { readonly kind: 'log'; readonly level: keyof Logger; readonly event: string; readonly fields: object }
  /** It lives, and which of its lanes make no step any more. */
  | { readonly kind: 'pulse'; readonly stuck: readonly string[] }
  | { readonly kind: 'counts'; readonly counts: readonly Readonly<Record<string, number>>[] }
  /** It can't go on, for the reason of a `PortError`, and stops what else it runs. */
  | {
      readonly kind: 'failed'
      readonly code: PortErrorCode
      readonly message: string
      readonly retryable: boolean
    }
  /** It can't go on, for a reason nobody expected: an `Error`, less fields of its own. */
  | { readonly kind: 'crashed'; readonly error: unknown }

/**
 * How a worker's lanes share the processors: each thread runs every role on its part of the partitions, over connections
 * of its own, as workers of a group would on several machines. The store's guards keep them apart. One clock is enough.
 */
export function shareOut(
  roles: readonly RoleName[],
  threads: number,
): Pick<RoleThreadOptions, 'roles' | 'member'>[] {
  return Array.from({ length: threads }, (_, index) => ({
    roles: index === 0 ? roles : roles.filter(role => role !== 'clock'),
    member: { index, of: threads },
  })).filter(share => share.roles.length > 0)
}

/**
 * SQLite has one writer at a time: more than two threads would only wait for each other. On servers one is the rule:
 * more workers do the same, on more machines.
 */
export function defaultThreads(onServers: boolean): number {
  return onServers ? 1 : Math.min(2, availableParallelism())
}

/** ms between two signs of life of a thread. */
export const pulseInterval = 1000
/**
 * ms without a step after which a lane is stuck, or without a sign of life a thread. Whatever is asked of a server answers
 * or fails sooner, also where a broker takes six requests of 15 s and none of them gets through.
 */
export const stuckAfter = 300_000

/** Some roles of a worker on a thread of their own. */
export class RoleThread {
  readonly #thread: Thread
  readonly #name: string
  readonly #ended: Promise<void>
  readonly #exited: Promise<void>
  #pulse: { readonly at: number; readonly stuck: readonly string[] } = { at: performance.now(), stuck: [] }
  /** What its lanes had counted, known once it has ended. */
  counts: readonly Readonly<Record<string, number>>[] = []

  constructor(options: RoleThreadOptions, logger: Logger) {
    // Beside this file, with its ending: the sources run as they are, the built package runs as JavaScript.
    const body = new URL(
      import.meta.url.endsWith('.ts') ? './role-thread.ts' : './role-thread.js',
      import.meta.url,
    )
    // Much of a batch lives until its commit: with less room for the young it would be copied again and again. With more, a
    // worker with 100,000 profiles would take noticeably more memory, for a percent or two.
    this.#thread = new Thread(body, {
      workerData: options,
      resourceLimits: { maxYoungGenerationSizeMb: 48 },
    })
    this.#name = `thread ${options.member.index}`
    this.#exited = new Promise(resolve => this.#thread.on('exit', () => resolve()))
    this.#ended = new Promise((resolve, reject) => {
      this.#thread.on('error', reject)
      this.#thread.on('exit', code =>
        code === 0 ? resolve() : reject(new Error(`the thread ended with ${code}`)),
      )
      this.#thread.on('message', (message: FromThread) => {
        switch (message.kind) {
          case 'pulse':
            this.#pulse = { at: performance.now(), stuck: message.stuck }
            break
          case 'counts':
            this.counts = message.counts
            break
          case 'log':
            logger[message.level](message.fields, message.event)
            break
          case 'crashed':
            reject(message.error)
            break
          case 'failed':
            reject(new PortError(message.code, message.message, { retryable: message.retryable }))
            break
        }
      })
    })
  }

  /** Resolves once it was told to stop and has; rejects as soon as it can't go on, when it may still be stopping. */
  run(): Promise<void> {
    return this.#ended
  }

  /** Lanes that make no step any more, or the thread itself. */
  get stuck(): readonly string[] {
    const { at, stuck } = this.#pulse
    return performance.now() - at > stuckAfter ? [this.#name] : stuck
  }

  /** Resolves when nothing of it is left; rejects when it could not go on. */
  async stop(deadline: number): Promise<void> {
    this.#thread.postMessage({ kind: 'stop', deadline } satisfies ToThread)
    await this.#exited
    await this.#ended
  }
}

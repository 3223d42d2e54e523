import type { RoleName } from '../roles/role.ts'

/** A lane that takes nothing more until somebody has seen to it, and why. */
export interface Halt {
  readonly lane: string
  readonly reason: string
}

/** What a worker says on standard output. */
export type Said =
  | {
      readonly event: 'started'
      readonly roles: readonly RoleName[]
      readonly pid: number
      /** What it stands on: `data`, or `brokers`, `database` and `registry`. */
      readonly on: Readonly<Record<string, string>>
    }
  /** The release in force as the worker starts. */
  | { readonly event: 'weights'; readonly weightsId: string }
  | { readonly event: 'lane'; readonly lane: string; readonly state: string; readonly offset: number }
  | ({ readonly event: 'halted' } & Halt)
  /** A lane that was halted. */
  | { readonly event: 'goes-on'; readonly lane: string; readonly offset: number }
  /** A halted lane is now with another worker. */
  | { readonly event: 'left'; readonly lane: string }
  /**
   * Tables are read, groups joined, lanes started, and none is halted. `running`: how many; `idle`: none, as other workers
   * have them all.
   */
  | { readonly event: 'ready'; readonly running: number; readonly idle: boolean }
  /** The same, but for these. */
  | { readonly event: 'not-ready'; readonly running: number; readonly halted: readonly string[] }
  | {
      readonly event: 'stopped'
      readonly counts: Readonly<Record<string, number>>
      readonly halted: readonly string[]
    }

export function inWords(said: Said): string {
  switch (said.event) {
    case 'started':
      return [
        `roles ${said.roles.join(', ')}`,
        ...Object.entries(said.on).map(([name, value]) => `${name} ${value}`),
      ].join('\n')
    case 'weights':
      return `weights ${said.weightsId}`
    case 'lane':
      return `lane ${said.lane} ${said.state} at ${said.offset}`
    case 'halted':
      return `lane ${said.lane} halted: ${said.reason}`
    case 'goes-on':
      return `lane ${said.lane} goes on at ${said.offset}`
    case 'left':
      return `lane ${said.lane} is with another worker now`
    case 'ready':
      return said.idle ? 'ready, without a lane: other workers have all partitions' : 'ready'
    case 'not-ready':
      return `not ready: ${lanes(said.halted.length)} halted; "lanes resume" lets a lane go on`
    case 'stopped': {
      const counts = Object.entries(said.counts).map(([name, count]) => `${name} ${count}`)
      const facts = [counts.join(', '), said.halted.length === 0 ? '' : `halted ${said.halted.join(', ')}`]
      const told = facts.filter(fact => fact !== '').join('; ')
      return told === '' ? 'stopped' : `stopped: ${told}`
    }
  }
}

function lanes(count: number): string {
  return `${count} ${count === 1 ? 'lane' : 'lanes'}`
}

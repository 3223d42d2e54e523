import type { RoleName } from '../roles/role.ts'

/** A lane that takes nothing more until the next start, and why. */
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
  /** `running`: how many lanes. */
  | { readonly event: 'ready'; readonly running: number }
  /** All lanes have come, and these have halted. */
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
    case 'ready':
      return 'ready'
    case 'not-ready':
      return `not ready: ${lanes(said.halted.length)} halted`
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

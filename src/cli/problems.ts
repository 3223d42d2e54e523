import { type RoleName, roleNames } from '../roles/role.ts'
import type { WorkerSeen } from './backend.ts'
import { clean } from './text.ts'

/** What a look at a deployment found, as far as it may be wrong. */
export interface Seen {
  readonly workers: readonly WorkerSeen[]
  /** Whether some clock holds its lease. It is in no group, so workers don't show it. */
  readonly clockRuns: boolean
  readonly halted: readonly { readonly lane: string; readonly reason: string }[]
  readonly unsent: number
  /** ms since 1970; null when none is unsent, or it can't be told. */
  readonly unsentSince: number | null
}

/** ms: what is sent later than that is waiting for something. */
const sentWithin = 60_000

/** What somebody should see to, at a moment (ms since 1970): `status --check` fails by it. */
export function problemsOf(seen: Seen, now: number): string[] {
  const { halted, unsent, unsentSince } = seen
  const problems = halted.map(({ lane, reason }) => `${lane} halted: ${clean(reason)}`)
  const lacking = rolesLacking(seen)
  if (lacking.length === roleNames.length) problems.push('no worker runs')
  else if (lacking.length > 0) problems.push(`no worker runs for ${lacking.join(', ')}`)
  if (unsentSince !== null && now - unsentSince > sentWithin) {
    const minutes = Math.floor((now - unsentSince) / 60_000)
    const what = unsent === 1 ? 'a batch is' : `${unsent} batches are`
    problems.push(
      `${what} unsent, ${unsent === 1 ? '' : 'the oldest '}for ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`,
    )
  }
  return problems
}

/** A worker whose roles can't be told may have any. */
function rolesLacking({ workers, clockRuns }: Seen): RoleName[] {
  const all = workers.some(({ roles }) => roles === null)
  const run = new Set(workers.flatMap(({ roles }) => roles ?? []))
  return roleNames.filter(role => (role === 'clock' ? !clockRuns : !all && !run.has(role)))
}

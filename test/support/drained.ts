import { lanesOf } from '../../src/cli/lane-places.ts'
import { isRetryable } from '../../src/ports/errors.ts'
import type { LogReader } from '../../src/ports/log.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Collections } from '../../src/roles/collections.ts'
import type { RoleName } from '../../src/roles/role.ts'

export interface Standing {
  readonly log: LogReader
  readonly store: Store<Collections>
}

/** Whether the lanes of these roles stand at their logs' ends and owe nothing. */
export async function isDrained({ log, store }: Standing, roles: readonly RoleName[]): Promise<boolean> {
  const positions = new Map((await store.positions()).map(({ lane, offset }) => [lane, offset]))
  // In this order: what was committed before the positions were read is sent by now, and so counted in the ends.
  if ((await store.journal.unsentCount()) > 0) return false
  const places = await lanesOf({ log }, roles)
  return places.every(({ lane, start, end }) => (positions.get(lane) ?? start) >= end)
}

/** Waits until they are, at most `deadline` ms. */
export async function untilDrained(
  standing: Standing,
  roles: readonly RoleName[],
  deadline = 60_000,
): Promise<void> {
  const end = performance.now() + deadline
  // A new topic has no leader for a moment, and servers may be away.
  const asked = () =>
    isDrained(standing, roles).catch(error => {
      if (!isRetryable(error)) throw error
      return false
    })
  while (!(await asked())) {
    if (performance.now() > end)
      throw new Error(`${roles.join(', ')} did not come to the end in ${deadline} ms`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

import { toTimestamp } from '../domain/time.ts'
import type { LogRecord } from '../ports/log.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { DeadDocument } from '../roles/documents/operations.ts'
import { claimsOf, letterAgain, type Redrive, redrivenId, takenWrites } from '../roles/redrive.ts'

/** A record that names a dead letter as the one it was. */
export interface Redriven {
  readonly offset: number
  readonly redrive: Redrive
  /** Null when it names none that was marked, with these bytes: then it is a record like any other. */
  readonly letter: DeadDocument | null
}

export function redrivenOf(
  records: readonly LogRecord[],
  letters: ReadonlyMap<number, DeadDocument>,
): Redriven[] {
  return claimsOf(records).map(({ record: { offset }, redrive }) => ({
    offset,
    redrive,
    letter: letters.get(offset) ?? null,
  }))
}

export interface Untaken {
  /** Offsets of records that have had their effect. */
  readonly repeats: ReadonlySet<number>
  readonly rest: readonly Redriven[]
}

/** Asks what has had its effect. Another lane may write the same before we commit: then we conflict, and ask again. */
export async function untakenOf(
  redriven: readonly Redriven[],
  store: Pick<Store<Collections>, 'get'>,
): Promise<Untaken> {
  if (redriven.length === 0) return { repeats: new Set(), rest: [] }
  const known = await store.get('redriven', [...new Set(redriven.map(({ redrive }) => redrivenId(redrive)))])
  const met = new Set(known.keys())
  const repeats = new Set<number>()
  const rest: Redriven[] = []
  for (const one of redriven) {
    const id = redrivenId(one.redrive)
    if (met.has(id)) repeats.add(one.offset)
    else rest.push(one)
    if (one.letter !== null) met.add(id)
  }
  return { repeats, rest }
}

/** What goes with the effects of those that rightly name a dead letter, which `writes` may hold again. */
export function writesFor(
  { rest }: Untaken,
  writes: readonly Write<Collections>[],
  { lane, now }: { readonly lane: string; readonly now: number },
): Write<Collections>[] {
  return rest.flatMap(({ letter, offset, redrive }) => {
    if (letter === null) return []
    const again = letterAgain(redrive, writes)
    return takenWrites(letter, { lane, offset, takenAt: toTimestamp(now), again })
  })
}

export function countsOf({ repeats, rest }: Untaken): Readonly<Record<string, number>> {
  if (repeats.size === 0 && rest.length === 0) return {}
  const redriven = rest.filter(({ letter }) => letter !== null).length
  return { redriven, 'ignored-redrives': repeats.size, 'unknown-redrives': rest.length - redriven }
}

import { toTimestamp } from '../domain/time.ts'
import type { LogProducer } from '../ports/log.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { DeadDocument } from '../roles/documents/operations.ts'
import { obstacleTo, recordOf } from '../roles/redrive.ts'

/** What became of one dead letter that was to be sent again. */
export type Redriving =
  | {
      readonly kind: 'sent'
      readonly id: string
      readonly topic: string
      /** Base64. */
      readonly key: string | null
      /** When it was sent before, without having had its effect by now: whichever comes second is dropped. */
      readonly before: string | null
    }
  /** It can't be: `why` is a clause for people. */
  | { readonly kind: 'refused'; readonly id: string; readonly why: string }
  /** It isn't in `dead` (any more). */
  | { readonly kind: 'gone'; readonly id: string }

interface Servers {
  readonly store: Pick<Store<Collections>, 'get' | 'commit'>
  readonly producer: LogProducer
  readonly now: () => number
}

/** Base64 characters that are marked and sent together. */
const mostTogether = 4 * 1024 * 1024

/** How many ids to give at once: each may have 350 KB. */
export const redrivenAtOnce = 50

/**
 * Sends dead letters again, at most `redrivenAtOnce`: first marks them, durably, then sends. Killed in between they are
 * marked and not sent, killed later they may be sent twice if asked for again: a lane takes one of them (`redriven.ts`).
 * Rejects with a `PortError`; then too they may be asked for again.
 */
export async function redrive(ids: readonly string[], servers: Servers): Promise<Redriving[]> {
  const rows = await servers.store.get('dead', ids)
  const outcomes = new Map<string, Redriving>()
  const sendable: DeadDocument[] = []
  for (const id of ids) {
    const row = rows.get(id)
    const why = row === undefined ? null : obstacleTo(row, servers.now())
    if (row === undefined) outcomes.set(id, { kind: 'gone', id })
    else if (why !== null) outcomes.set(id, { kind: 'refused', id, why })
    else sendable.push(row)
  }
  for (const group of bySize(sendable)) {
    const marked = await mark(group, servers)
    await servers.producer.send(marked.map(recordOf))
    for (const { _id: id } of group) outcomes.set(id, { kind: 'gone', id })
    for (const { _id: id, topic, key, redrivingSince } of marked)
      outcomes.set(id, { kind: 'sent', id, topic, key, before: redrivingSince })
  }
  return ids.flatMap(id => outcomes.get(id) ?? [])
}

/** Returns those that could be marked, as they were: a lane may have taken, or somebody erased, one meanwhile. */
async function mark(rows: readonly DeadDocument[], servers: Servers): Promise<readonly DeadDocument[]> {
  const redrivingSince = toTimestamp(servers.now())
  const writes = rows.map(
    (row): Write<Collections> => ({
      kind: 'replace',
      collection: 'dead',
      document: { ...row, version: row.version + 1, redrivingSince },
      version: row.version,
    }),
  )
  const outcome = await servers.store.commit({ move: null, writes, journal: null })
  if (outcome.kind === 'committed') return rows
  // One of many was changed. Each by itself then.
  const marked: DeadDocument[] = []
  for (const row of rows.length > 1 ? rows : []) marked.push(...(await mark([row], servers)))
  return marked
}

function bySize(rows: readonly DeadDocument[]): DeadDocument[][] {
  const groups: DeadDocument[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const row of rows) {
    const more = (row.value?.length ?? 0) + 1000
    if (size + more > mostTogether) {
      groups.push([])
      size = 0
    }
    size += more
    groups.at(-1)?.push(row)
  }
  return groups
}

import type { RfiId } from '../../domain/ids.ts'
import type { Notice } from '../../domain/notices.ts'
import type { Reader } from '../../ports/store.ts'
import type { Collections } from '../collections.ts'
import type { EffectsBuilder } from '../effects.ts'

/** What customers were told, a row for each RFI: by time, then by what it is about. The same notice twice is there once. */
export async function foldNotices(
  notices: readonly Notice[],
  { effects, read }: { effects: EffectsBuilder; read: Reader<Collections> },
): Promise<void> {
  const byRfi = Map.groupBy(notices, ({ rfiId }) => rfiId)
  if (byRfi.size === 0) return
  const stored = await read.get('notices', [...byRfi.keys()])
  for (const [rfiId, fresh] of byRfi) {
    const before = stored.get(rfiId)?.notices ?? []
    const document = { _id: rfiId as RfiId, notices: withNotices(before, fresh) }
    if (document.notices.length > before.length)
      effects.write({ kind: 'put', collection: 'notices', document })
  }
}

function withNotices(known: readonly Notice[], fresh: readonly Notice[]): readonly Notice[] {
  const byName = new Map<string, Notice>()
  for (const notice of [...known, ...fresh]) {
    const name = nameOf(notice)
    if (!byName.has(name)) byName.set(name, notice)
  }
  return [...byName.entries()]
    .map(([name, notice]) => ({ place: `${notice.occurredAt} ${name}`, notice }))
    .sort((one, other) => (one.place < other.place ? -1 : 1))
    .map(({ notice }) => notice)
}

/** A referral closes once, and an RFI is unroutable once. */
function nameOf(notice: Notice): string {
  return `${notice.type} ${'referralId' in notice ? (notice.referralId ?? '') : ''}`
}

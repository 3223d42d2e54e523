import type { Unroutable } from '../../domain/notices.ts'
import type { Reader } from '../../ports/store.ts'
import type { Collections } from '../collections.ts'
import type { NeedsCell, NeedTermDocument } from '../documents/read-models.ts'
import type { EffectsBuilder } from '../effects.ts'
import { counted, monthOf } from './cells.ts'

/** Refused before any partner was looked at: what such an RFI asked for is no sign that nobody offers it. */
const refusedWhole = new Set(['no-consent', 'already-expired'])

/**
 * What nobody could serve: one row per RFI, sums by month, and how often each term was asked for in vain. A notice may come
 * twice, and its row tells. Test RFIs count nowhere.
 */
export async function foldNeeds(
  notices: readonly Unroutable[],
  { effects, read, lane }: { effects: EffectsBuilder; read: Reader<Collections>; lane: string },
): Promise<void> {
  const firsts = new Map<string, Unroutable>()
  for (const notice of notices)
    if (!notice.test && !firsts.has(notice.rfiId)) firsts.set(notice.rfiId, notice)
  if (firsts.size === 0) return
  const known = await read.get('needs', [...firsts.keys()])
  const fresh = [...firsts.values()].filter(({ rfiId }) => !known.has(rfiId))
  if (fresh.length === 0) return

  const cellIds = new Set(fresh.map(({ occurredAt }) => cellIdOf(monthOf(occurredAt), lane)))
  const termIds = new Set(
    fresh.flatMap(notice => termsOf(notice).map(term => needTermId(monthOf(notice.occurredAt), term, lane))),
  )
  const storedCells = await read.get('cells', [...cellIds])
  const storedTerms = termIds.size === 0 ? null : await read.get('needTerms', [...termIds])
  const cells = new Map<string, NeedsCell>()
  const terms = new Map<string, NeedTermDocument>()
  for (const notice of fresh) {
    const { rfiId, occurredAt, country, reasons } = notice
    const document = { _id: rfiId, occurredAt, country, reasons, terms: notice.terms }
    effects.write({ kind: 'put', collection: 'needs', document })
    const month = monthOf(occurredAt)
    const cellId = cellIdOf(month, lane)
    const stored = storedCells.get(cellId)
    const cell = cells.get(cellId) ?? (stored?.kind === 'needs' ? stored : emptyCell(cellId, month, lane))
    cells.set(cellId, foldNeed(cell, notice))
    for (const term of termsOf(notice)) {
      const _id = needTermId(month, term, lane)
      const count = (terms.get(_id) ?? storedTerms?.get(_id))?.count ?? 0
      terms.set(_id, { _id, month, term, count: count + 1 })
    }
  }
  for (const document of cells.values()) effects.write({ kind: 'put', collection: 'cells', document })
  for (const document of terms.values()) effects.write({ kind: 'put', collection: 'needTerms', document })
}

/** A term may hold anything, so it comes last. */
export function needTermId(month: string, term: string, lane: string): string {
  return `${month}/${lane}/${term}`
}

function foldNeed(cell: NeedsCell, { country, reasons }: Unroutable): NeedsCell {
  return {
    ...cell,
    rfis: cell.rfis + 1,
    countries: counted(cell.countries, country),
    reasons: Object.keys(reasons).reduce(counted, cell.reasons),
  }
}

function termsOf({ reasons, terms }: Unroutable): readonly string[] {
  return Object.keys(reasons).some(reason => refusedWhole.has(reason)) ? [] : [...new Set(terms)]
}

function cellIdOf(month: string, lane: string): string {
  return `needs/${month}/${lane}`
}

function emptyCell(_id: string, month: string, lane: string): NeedsCell {
  return { _id, kind: 'needs', period: month, lane, rfis: 0, countries: {}, reasons: {} }
}

import { toCommands } from './commands.ts'
import { CsvError, readCsv } from './csv.ts'
import { toProfiles } from './profile.ts'
import { toRfi } from './rfi.ts'
import { readTenders, type Tender } from './tender.ts'
import { compare } from './text.ts'
import { noticeTime, openingTime } from './times.ts'

/** Which tenders: all, the first ones, or as many consecutive ones with two and a half years of firms before. */
export type Selection = { kind: 'all' } | { kind: 'first' | 'sample'; count: number }

/** The three files, each as lines in the order of their time. */
export type Conversion = { profiles: string[]; rfis: string[]; commands: string[] }

const sampleBegins = Date.parse('2009-12-31T15:00:00.000Z')

/**
 * The city's bid table to what `replay` and `simulate` read. The same text gives the same lines. Profiles are made
 * from the whole history up to the last chosen tender's opening and none after it. Throws `CsvError`.
 */
export function convert(csv: string, selection: Selection): Conversion {
  const tenders = readTenders(readCsv(csv))
  const chosen = choose(tenders, selection)
  const end = chosen.map(tender => openingTime(tender).toISOString()).at(-1) ?? ''
  return {
    profiles: toLines(toProfiles(tenders).filter(profile => profile.occurredAt <= end)),
    rfis: toLines(chosen.map(toRfi)),
    commands: toLines(chosen.flatMap(toCommands)),
  }
}

function choose(tenders: Tender[], selection: Selection): Tender[] {
  if (selection.kind === 'all') return tenders
  const pool =
    selection.kind === 'first'
      ? tenders
      : tenders.filter(tender => noticeTime(tender).getTime() >= sampleBegins)
  if (pool.length < selection.count) {
    throw new CsvError(`${selection.count} tenders asked for, ${pool.length} to choose from`)
  }
  return pool.slice(0, selection.count)
}

/** The sort is stable: at one time, tenders by number and firms by id. */
function toLines<T extends { occurredAt: string }>(records: T[]): string[] {
  return records.toSorted((a, b) => compare(a.occurredAt, b.occurredAt)).map(record => JSON.stringify(record))
}

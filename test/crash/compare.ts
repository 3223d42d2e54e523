import { addSums, type Sums } from '../../src/domain/money.ts'
import type { LogRecord } from '../../src/ports/log.ts'
import { addPopulations } from '../../src/ranking/population.ts'
import type { Collections } from '../../src/roles/collections.ts'
import type { PopulationCell } from '../../src/roles/documents/read-models.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'
import { firstDifference } from './canonical.ts'
import { type Folder, openToLook } from './look.ts'
import { dropRepeats } from './outside-reader.ts'
import { partitionsOf, textOf } from './partitions.ts'

/**
 * Names what two folders differ in that the same input was given to: every document that is an effect, and every record
 * that a reader sees who drops repeats. Left out is what depends on when things were done: leases, `changed`, the text of
 * notices (who else is still open) and visibility (the population's rates).
 */
export async function compare(oneDirectory: string, otherDirectory: string): Promise<string[]> {
  const one = await openToLook(oneDirectory)
  const other = await openToLook(otherDirectory)
  try {
    return [...(await compareDocuments(one, other)), ...compareTopics(one, other)]
  } finally {
    await one.close()
    await other.close()
  }
}

const whole = [
  'profiles',
  'weights',
  'referrals',
  'rfis',
  'receipts',
  'contacts',
  'inbox',
  'needs',
  'favorites',
  'partnerCounts',
  'dead',
  'capacity',
] as const satisfies readonly (keyof Collections)[]

async function compareDocuments(one: Folder, other: Folder): Promise<string[]> {
  const differences: string[] = []
  const compareAll = async (name: string, documentsOf: (folder: Folder) => Promise<Map<string, unknown>>) => {
    differences.push(...differencesOf(name, await documentsOf(one), await documentsOf(other)))
  }
  for (const name of whole)
    await compareAll(
      name,
      async ({ store }) => new Map((await store.find(name, { where: {} })).map(each => [each._id, each])),
    )
  await compareAll('partners', async ({ store }) => {
    const partners = await store.find('partners', { where: {} })
    return new Map(partners.map(({ _id, evidence }) => [_id, evidence]))
  })
  // What they say of others depends on the moment, and so whether another partner is left to choose; and referrals of an
  // RFI close in lanes of their own, so in any order.
  await compareAll('notices', async ({ store }) => {
    const rows = await store.find('notices', { where: {} })
    return new Map(
      rows.map(({ _id, notices }) => [
        _id,
        notices
          .map(notice =>
            notice.type === 'rfi.unroutable' ? notice.type : (notice.referralId ?? notice.rfiId),
          )
          .sort(),
      ]),
    )
  })
  await compareAll('needTerms', async ({ store }) => {
    const sums = new Map<string, number>()
    for (const { month, term, count } of await store.find('needTerms', { where: {} }))
      sums.set(`${month} ${term}`, (sums.get(`${month} ${term}`) ?? 0) + count)
    return sums
  })
  await compareAll('cells', async ({ store }) => sumsOf(await store.find('cells', { where: {} })))
  return differences
}

/** The part of a cell's id that names its lane. */
const lanePart = /\/projector\/.*$/

/** Cells added up over the lanes that fed them. */
function sumsOf(cells: readonly Collections['cells'][]): Map<string, unknown> {
  const sums = new Map<string, unknown>()
  for (const cell of cells.filter(one => one.kind !== 'population')) {
    const key = cell._id.replace(lanePart, '')
    sums.set(key, added(sums.get(key), { ...cell, _id: key, lane: '' }))
  }
  const population = addPopulations(cells.filter(isPopulation).map(cell => cell.population))
  return new Map<string, unknown>([...sums, ['population', population]])
}

/** Numbers and sums of money added, wherever they stand; everything else is the same in both. */
function added(one: unknown, other: unknown, name = ''): unknown {
  if (one === undefined || other === undefined) return one ?? other
  if (typeof one === 'number' && typeof other === 'number') return one + other
  if (name === 'acceptedValue' || name === 'wonValue') return addSums(one as Sums, other as Sums)
  if (Array.isArray(one) && Array.isArray(other)) return one.map((each, at) => added(each, other[at]))
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  const [its, others] = [one, other] as Record<string, unknown>[]
  return Object.fromEntries(names.map(each => [each, added(its?.[each], others?.[each], each)]))
}

function isPopulation(cell: Collections['cells']): cell is PopulationCell {
  return cell.kind === 'population'
}

/** By topic, what of a record both must agree in. Null leaves the topic out. */
const facets = {
  [topics.referrals]: everything,
  [topics.status]: everything,
  [topics.decisions]: everything,
  [topics.deadLetters]: everything,
  // That there was one, and for whom; what it says of others depends on the moment.
  [topics.notices]: ({ key, headers }: LogRecord) => [textOf(key), headers.ce_id],
} as const satisfies Partial<Record<Topic, (record: LogRecord) => unknown>>

function everything({ key, value, headers }: LogRecord): unknown {
  return { key: textOf(key), headers, value: textOf(value) }
}

function compareTopics(one: Folder, other: Folder): string[] {
  return Object.entries(facets).flatMap(([topic, facet]) =>
    differencesOf(topic, streamsOf(one, topic as Topic, facet), streamsOf(other, topic as Topic, facet)),
  )
}

/**
 * What a reader takes of a topic: by partition, lane and place, so that order within a lane counts and how lanes took
 * turns does not.
 */
function streamsOf(
  folder: Folder,
  topic: Topic,
  facet: (record: LogRecord) => unknown,
): Map<string, unknown> {
  const places = new Map<string, unknown>()
  for (const { partition, records } of partitionsOf(folder, topic)) {
    const lengths = new Map<string, number>()
    for (const record of dropRepeats(records).kept) {
      const lane = record.headers.lane ?? 'no lane'
      const place = lengths.get(lane) ?? 0
      lengths.set(lane, place + 1)
      places.set(`${partition} from ${lane} #${place}`, facet(record))
    }
  }
  return places
}

function differencesOf(
  name: string,
  one: ReadonlyMap<string, unknown>,
  other: ReadonlyMap<string, unknown>,
): string[] {
  const differences: string[] = []
  for (const [key, value] of one) {
    if (!other.has(key)) differences.push(`${name} ${key}: only in the first`)
    const difference = other.has(key) ? firstDifference(value, other.get(key)) : null
    if (difference !== null) differences.push(`${name} ${key}: ${difference}`)
  }
  for (const key of other.keys()) if (!one.has(key)) differences.push(`${name} ${key}: only in the second`)
  return differences
}

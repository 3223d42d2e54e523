import type { LogRecord } from '../../src/ports/log.ts'
import { type Topic, topicNames, topics } from '../../src/roles/topics.ts'
import { type Folder, openToLook } from './look.ts'
import { dropRepeats } from './outside-reader.ts'
import { partitionsOf, textOf } from './partitions.ts'

/** What one folder says of a run. */
export interface Accounts {
  readonly rfis: number
  readonly unroutable: number
  /** Referrals by `status/substatus`. */
  readonly referrals: Readonly<Record<string, number>>
  readonly commands: number
  /** The clock's, of them. */
  readonly clockCommands: number
  readonly rejections: number
  /** Dead letters by `<role> <code>`. */
  readonly dead: Readonly<Record<string, number>>
  /** Records that a reader outside drops. */
  readonly repeats: number
  /** Visibilities sent to all, as another release came. */
  readonly told: number
  /** Where stores and topics of the folder contradict each other; held without any rerun. */
  readonly contradictions: readonly string[]
}

export async function accountsOf(directory: string): Promise<Accounts> {
  const folder = await openToLook(directory)
  const { store } = folder
  try {
    const referrals = await store.find('referrals', { where: {} })
    const rfis = await store.find('rfis', { where: {} })
    const inbox = await store.find('inbox', { where: {} })
    const partners = await store.find('partners', { where: {} })
    const repeats = topicNames.map(topic => repeatsOf(folder, topic))
    const events = read(folder, topics.status).map(jsonOf)
    const versions = (documents: readonly { _id: string; version: number }[]) =>
      new Map(documents.map(({ _id, version }) => [_id, version]))
    const evidence = versions(partners.map(({ _id, evidence: { version } }) => ({ _id, version })))
    const commands = read(folder, topics.commands)
    const visibilities = read(folder, topics.visibility)
    return {
      rfis: rfis.length,
      unroutable: rfis.filter(({ outcome }) => outcome === 'unroutable').length,
      referrals: tally(referrals.map(({ status, substatus }) => `${status}/${substatus}`)),
      commands: commands.length,
      clockCommands: commands.filter(({ headers }) => headers.ce_id !== undefined).length,
      rejections: events.filter(({ type }) => type === 'referral.command-rejected').length,
      dead: tally((await store.find('dead', { where: {} })).map(({ role, code }) => `${role} ${code}`)),
      repeats: repeats.reduce((sum, { dropped }) => sum + dropped, 0),
      told: visibilities.filter(record => !isOrdinary(record)).length,
      contradictions: [
        ...repeats.flatMap(({ contradictions }) => contradictions),
        ...once(
          'referrals',
          read(folder, topics.referrals),
          'referralId',
          referrals.map(({ _id }) => _id),
        ),
        ...once(
          'routing-decisions',
          read(folder, topics.decisions),
          'rfiId',
          rfis.map(({ _id }) => _id),
        ),
        ...counted('referral-status', events, 'referralId', versions(referrals)),
        ...counted('inbox', events, 'referralId', versions(inbox)),
        ...counted('partner-visibility', visibilities.filter(isOrdinary).map(jsonOf), 'partnerId', evidence),
        ...lastIsNewest(visibilities, evidence),
        ...inbox.flatMap(({ _id, waiting }) => (waiting.length === 0 ? [] : [`inbox ${_id} waits`])),
      ],
    }
  } finally {
    await folder.close()
  }
}

function read(folder: Folder, topic: Topic): LogRecord[] {
  return partitionsOf(folder, topic)
    .flatMap(({ records }) => dropRepeats(records).kept)
    .toArray()
}

type Value = Readonly<Record<string, unknown>>

function jsonOf({ value }: LogRecord): Value {
  return JSON.parse(textOf(value))
}

/** A repeat is the record it repeats, byte for byte, and no record is dropped that isn't one. */
function repeatsOf(folder: Folder, topic: Topic): { dropped: number; contradictions: string[] } {
  let count = 0
  const contradictions: string[] = []
  for (const { records } of partitionsOf(folder, topic)) {
    const { kept, dropped } = dropRepeats(records)
    const known = new Map(kept.map(({ headers, value }) => [headers.ce_id, textOf(value)]))
    count += dropped.length
    for (const { headers, value } of dropped)
      if (known.get(headers.ce_id) !== textOf(value))
        contradictions.push(`${topic}: ${headers.ce_id} was dropped and is no repeat`)
  }
  return { dropped: count, contradictions }
}

/** Each id exactly once. */
function once(topic: string, records: readonly LogRecord[], field: string, ids: Iterable<string>): string[] {
  const counts = tally(records.map(record => String(jsonOf(record)[field])))
  const wanted = new Set(ids)
  return [
    ...[...wanted].flatMap(id => (counts[id] === 1 ? [] : [`${topic}: ${id} ${counts[id] ?? 0} times`])),
    ...Object.keys(counts).flatMap(id => (wanted.has(id) ? [] : [`${topic}: ${id} is not in the store`])),
  ]
}

/** Not said aside, to all partners: that has odd epochs. */
function isOrdinary({ headers: { lane = '' } }: LogRecord): boolean {
  return Number(/~(\d+)$/.exec(lane)?.[1] ?? 0) % 2 === 0
}

/** What a compacted topic keeps is what the store has. */
function lastIsNewest(visibilities: readonly LogRecord[], evidence: ReadonlyMap<string, number>): string[] {
  const last = new Map(visibilities.map(record => [textOf(record.key), jsonOf(record).version]))
  return [...last].flatMap(([id, version]) =>
    version === evidence.get(id)
      ? []
      : [`partner-visibility: ${id} is left at ${version}, its document at ${evidence.get(id)}`],
  )
}

/** Of each id the versions 1 to that of its document, each exactly once. Values without a version stand outside. */
function counted(
  topic: string,
  values: readonly Value[],
  field: string,
  documents: ReadonlyMap<string, number>,
): string[] {
  const versions = new Map<string, number[]>()
  for (const value of values)
    if (typeof value.version === 'number') {
      const id = String(value[field])
      versions.set(id, [...(versions.get(id) ?? []), value.version])
    }
  return [...new Set([...versions.keys(), ...documents.keys()])].flatMap(id => {
    const found = (versions.get(id) ?? []).toSorted((a, b) => a - b).join()
    const wanted = Array.from({ length: documents.get(id) ?? 0 }, (_, at) => at + 1).join()
    return found === wanted ? [] : [`${topic}: ${id} has versions ${found}, its document ${wanted}`]
  })
}

export function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

import { misconfigured, unavailable } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import { topicShapes } from '../roles/topic-shapes.ts'
import { topicNames } from '../roles/topics.ts'

type Counts = ReadonlyMap<string, number>

/**
 * Before a worker starts: notes how many partitions each topic has, or holds it against what the first worker noted.
 * Keys must go on falling where they fell, as a partner's evidence has one writing lane. Returns what is noted.
 * @throws PortError `configuration` when a topic is missing or has another count than noted
 */
export async function checkLayouts(
  log: Pick<Log, 'partitions'>,
  store: Pick<Store<Collections>, 'get' | 'commit'>,
): Promise<Counts> {
  const found = new Map<string, number>()
  for (const topic of topicNames) found.set(topic, await log.partitions(topic))
  const noted = await notedCounts(store)
  const fresh = topicNames.filter(topic => !noted.has(topic))
  refuseChanged(found, noted)
  if (fresh.length === 0) return noted
  const { kind } = await store.commit({
    move: null,
    journal: null,
    writes: fresh.map(_id => ({
      kind: 'insert',
      collection: 'layouts',
      document: { _id, partitions: found.get(_id) ?? 0 },
    })),
  })
  if (kind === 'committed') return found
  // Another worker started at the same time: what it noted holds.
  const theirs = await notedCounts(store)
  if (theirs.size < topicNames.length) throw unavailable(`the partition counts were not noted (${kind})`)
  refuseChanged(found, theirs)
  return theirs
}

/**
 * When a lane starts: whether its topic, or one that the worker writes, has another count by now, in one line; null when
 * not. Partitions can be added under a running worker, which learns of it when they are shared out anew.
 */
export async function changedLayout(
  topic: string,
  { log, store }: { readonly log: Pick<Log, 'partitions'>; readonly store: Pick<Store<Collections>, 'get'> },
): Promise<string | null> {
  const noted = await notedCounts(store)
  const concerned = topicNames.filter(
    name => noted.has(name) && (name === topic || topicShapes[name].written),
  )
  const found = new Map(
    await Promise.all(concerned.map(async name => [name, await log.partitions(name)] as const)),
  )
  return changedInWords(found, noted)
}

async function notedCounts(store: Pick<Store<Collections>, 'get'>): Promise<Counts> {
  const layouts = await store.get('layouts', topicNames)
  return new Map([...layouts].map(([topic, { partitions }]) => [topic, partitions]))
}

function refuseChanged(found: Counts, noted: Counts): void {
  const changed = changedInWords(found, noted)
  if (changed !== null) throw misconfigured(changed)
}

function changedInWords(found: Counts, noted: Counts): string | null {
  const changed = topicNames.flatMap(topic => {
    const [then, now] = [noted.get(topic), found.get(topic)]
    return then === undefined || now === undefined || then === now ? [] : [{ topic, then, now }]
  })
  if (changed.length === 0) return null
  const told = changed.map(
    ({ topic, then, now }) => `${topic} was recorded with ${then} partitions and has ${now}`,
  )
  const most = Math.max(...found.values(), ...noted.values())
  return `${told.join('; ')}: keys would change place; "topics grow --partitions ${most}" takes it over once all is read`
}

import { misconfigured, unavailable } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import { type Topic, topicNames } from '../roles/topics.ts'

/**
 * Before a worker starts: notes how many partitions each topic has, or holds it against what the first worker noted.
 * Keys must go on falling where they fell, as a partner's evidence has one writing lane.
 * @throws PortError `configuration` when a topic is missing or has another count than noted
 */
export async function checkLayouts(log: Pick<Log, 'partitions'>, store: Store<Collections>): Promise<void> {
  const found = new Map<Topic, number>()
  for (const topic of topicNames) found.set(topic, await log.partitions(topic))
  const recorded = await store.get('layouts', topicNames)
  const fresh = topicNames.filter(topic => !recorded.has(topic))
  refuseChanged(found, recorded)
  if (fresh.length === 0) return
  const { kind } = await store.commit({
    move: null,
    journal: null,
    writes: fresh.map(_id => ({
      kind: 'insert',
      collection: 'layouts',
      document: { _id, partitions: found.get(_id) ?? 0 },
    })),
  })
  if (kind === 'committed') return
  // Another worker started at the same time: what it noted holds.
  const theirs = await store.get('layouts', topicNames)
  if (theirs.size < topicNames.length) throw unavailable(`the partition counts were not noted (${kind})`)
  refuseChanged(found, theirs)
}

function refuseChanged(
  found: ReadonlyMap<Topic, number>,
  recorded: ReadonlyMap<string, { readonly partitions: number }>,
): void {
  const changed = topicNames.flatMap(topic => {
    const [then, now] = [recorded.get(topic)?.partitions, found.get(topic)]
    return then === undefined || now === undefined || then === now ? [] : [{ topic, then, now }]
  })
  if (changed.length === 0) return
  const told = changed.map(
    ({ topic, then, now }) => `${topic} was recorded with ${then} partitions and has ${now}`,
  )
  const most = Math.max(...found.values(), ...[...recorded.values()].map(({ partitions }) => partitions))
  throw misconfigured(
    `${told.join('; ')}: keys would change place; "topics grow --partitions ${most}" takes it over once all is read`,
  )
}

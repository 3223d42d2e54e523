import { laneOf } from '../../lanes/lane-name.ts'
import { unavailable } from '../../ports/errors.ts'
import type { Store } from '../../ports/store.ts'
import type { Collections } from '../../roles/collections.ts'
import { type Topic, topicNames } from '../../roles/topics.ts'
import type { PartitionEnds } from './topics.ts'
import type { FoundTopic } from './topics-differences.ts'

/*
 * More partitions for every topic: stop the workers, let them read to the end first, raise, start.
 *
 * A key may fall into another partition afterwards. Why that breaks nothing when everything was read before:
 *   order          what was written of a key before is done; what comes after comes in one partition again.
 *   one writer     a partner's evidence and a profile are written by the lane of their key alone. The old lane has
 *                  nothing left to write, so there is still one at any time, and the new one begins with the stored
 *                  document.
 *   sums           funnel cells and population sums are kept per lane and added up on read: the old lane's stay.
 *   referrals      readers order by version, whichever partition it comes from; `seq` grows per lane and partition, and
 *                  no lane sends what another has sent.
 *   journal        owes nothing, so no record of before goes to a partition of after.
 * What it doesn't keep: a compacted topic holds a key's last record of before in the old partition for ever. Who reads
 * one from the start goes by the highest version (`partner-visibility`) or record time (`partner-profiles`); but once a
 * tombstone in the new partition is compacted away, a new store read from the start would take up the withdrawn profile
 * again, from the old one. And a producer that hasn't noticed yet goes on by the old count for minutes: stop those of
 * `referral-commands` as well, or a partner's two commands may be read in the wrong order.
 */

/** The cluster, as far as growing needs it. */
export interface GrowingCluster {
  topics(): Promise<readonly FoundTopic[]>
  ends(topic: Topic): Promise<readonly PartitionEnds[]>
  /** Members of the groups of all roles, by group. */
  members(): Promise<ReadonlyMap<string, number>>
  add(topics: readonly Topic[], count: number): Promise<void>
}

export interface GrowthOptions {
  readonly cluster: GrowingCluster
  readonly store: Pick<Store<Collections>, 'get' | 'positions' | 'commit'> & {
    readonly journal: Pick<Store<Collections>['journal'], 'unsentCount'>
  }
  /** Which role reads which topics. */
  readonly readers: Readonly<Record<string, readonly Topic[]>>
  /** ms since 1970. */
  readonly now: number
}

export type Growth =
  /** All that is in the way. Nothing was changed. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  | {
      readonly kind: 'grown'
      /** Those that had fewer. */
      readonly topics: readonly { readonly topic: Topic; readonly from: number }[]
      /** Records that came to the old partitions while they were counted: their keys' order isn't kept. */
      readonly arrived: number
    }

/** Can be called again after it broke off: what was raised stays, and what is left is done. */
export async function growTopics(count: number, options: GrowthOptions): Promise<Growth> {
  const { cluster, store } = options
  const found = await cluster.topics()
  const recorded = await recordedPartitions(store)
  const impossible = fits(count, found, recorded)
  if (impossible.length > 0) return { kind: 'refused', reasons: impossible }
  const before = await unread(options, found, recorded)
  const reasons = [...(await working(options)), ...before.reasons]
  if (reasons.length > 0) return { kind: 'refused', reasons }
  const fewer = found.filter(({ partitions }) => partitions < count)
  if (fewer.length > 0)
    await cluster.add(
      fewer.map(({ topic }) => topic),
      count,
    )
  // Last: until then a worker refuses to start, and says to do this again.
  await record(store, count)
  const after = await unread(options, found, recorded)
  return {
    kind: 'grown',
    topics: fewer.map(({ topic, partitions }) => ({ topic, from: partitions })),
    arrived: after.records,
  }
}

function fits(count: number, found: readonly FoundTopic[], recorded: ReadonlyMap<string, number>): string[] {
  const missing = topicNames.filter(name => !found.some(({ topic }) => topic === name))
  const most = Math.max(0, ...found.map(({ partitions }) => partitions), ...recorded.values())
  return [
    ...(missing.length === 0 ? [] : [`${missing.join(', ')} must be created first`]),
    ...(most > count ? [`there are topics with ${most} partitions, and none can have fewer again`] : []),
  ]
}

/** Whoever may still read or send. A clock sends without being a member of any group. */
async function working({ cluster, store, now }: GrowthOptions): Promise<string[]> {
  const members = [...(await cluster.members())].filter(([, count]) => count > 0)
  const lease = (await store.get('leases', ['clock'])).get('clock')
  const owed = await store.journal.unsentCount()
  return [
    ...members.map(([group, count]) => `group ${group} has ${counted(count, 'member')}: stop the workers`),
    ...(lease === undefined || lease.until <= now
      ? []
      : [
          `a clock holds its lease until ${new Date(lease.until).toISOString()}: stop the workers, then wait for it`,
        ]),
    ...(owed === 0
      ? []
      : [`${counted(owed, 'batch', 'batches')} not sent yet: start a worker, which sends them`]),
  ]
}

/**
 * What lanes have not read of the partitions that keys fell into so far. Of partitions that somebody added by other means
 * nothing need be read: all in them came later than what is in the old ones.
 */
async function unread(
  { cluster, store, readers }: GrowthOptions,
  found: readonly FoundTopic[],
  recorded: ReadonlyMap<string, number>,
): Promise<{ readonly records: number; readonly reasons: readonly string[] }> {
  const positions = new Map((await store.positions()).map(({ lane, offset }) => [lane, offset]))
  const reasons: string[] = []
  let records = 0
  for (const [role, topics] of Object.entries(readers))
    for (const topic of topics) {
      const old = recorded.get(topic) ?? found.find(one => one.topic === topic)?.partitions ?? 0
      const lags = (await cluster.ends(topic))
        .filter(({ partition }) => partition < old)
        .map(({ partition, start, end }) => {
          const lane = laneOf(role, { topic, partition })
          return { lane, lag: end - (positions.get(lane) ?? start) }
        })
      const lag = lags.reduce((sum, one) => sum + Math.max(0, one.lag), 0)
      records += lag
      if (lag > 0)
        reasons.push(
          `${role} has ${counted(lag, 'record')} of ${topic} to read: let a worker read them first`,
        )
      for (const { lane } of lags.filter(one => one.lag < 0))
        reasons.push(
          `${lane} stands past the end of its partition: lanes resume ${lane}, if the topic was recreated`,
        )
    }
  return { records, reasons }
}

/** Partition counts as workers have noted them, by topic. */
export async function recordedPartitions(
  store: Pick<Store<Collections>, 'get'>,
): Promise<ReadonlyMap<string, number>> {
  const layouts = await store.get('layouts', topicNames)
  return new Map([...layouts].map(([topic, { partitions }]) => [topic, partitions]))
}

async function record(store: Pick<Store<Collections>, 'commit'>, partitions: number): Promise<void> {
  const { kind } = await store.commit({
    move: null,
    journal: null,
    writes: topicNames.map(_id => ({ kind: 'put', collection: 'layouts', document: { _id, partitions } })),
  })
  if (kind !== 'committed') throw unavailable(`the new partition count was not recorded (${kind})`)
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

import { describe, expect, it } from 'vitest'
import type { LayoutDocument, LeaseDocument } from '../../roles/documents/operations.ts'
import { topicNames, topics } from '../../roles/topics.ts'
import { type GrowthOptions, growTopics } from './topics-growth.ts'

const readers = { router: [topics.rfis], projector: [topics.status] }

interface Situation {
  readonly partitions?: number
  readonly missing?: string
  /** By `topic/partition`. Default 0. */
  readonly ends?: Readonly<Record<string, number>>
  readonly positions?: Readonly<Record<string, number>>
  readonly recorded?: number
  readonly members?: number
  readonly unsent?: number
  readonly leaseUntil?: number
  /** Appended while the partitions are added. */
  readonly arriving?: Readonly<Record<string, number>>
}

function situation(given: Situation = {}) {
  const { partitions = 2, recorded, leaseUntil } = given
  let [count, ends] = [partitions, given.ends ?? {}]
  const calls: string[] = []
  const layouts = topicNames.flatMap((_id): LayoutDocument[] =>
    recorded === undefined ? [] : [{ _id, partitions: recorded }],
  )
  const leases: LeaseDocument[] =
    leaseUntil === undefined ? [] : [{ _id: 'clock', version: 1, holder: 'h', until: leaseUntil }]
  const documents: Record<string, readonly { readonly _id: string }[]> = { layouts, leases }
  const options: GrowthOptions = {
    readers,
    now: 1000,
    cluster: {
      topics: async () =>
        topicNames
          .filter(topic => topic !== given.missing)
          .map(topic => ({ topic, partitions: count, replication: 1, configuration: new Map() })),
      ends: async topic =>
        Array.from({ length: count }, (_, partition) => ({
          partition,
          start: 0,
          end: ends[`${topic}/${partition}`] ?? 0,
        })),
      members: async () => new Map([['p-referral-router-router', given.members ?? 0]]),
      async add(names, to) {
        calls.push(`add ${names.length} ${to}`)
        count = to
        ends = { ...ends, ...given.arriving }
      },
    },
    store: {
      get: (async (collection: string) =>
        new Map(
          (documents[collection] ?? []).map(document => [document._id, document]),
        )) as GrowthOptions['store']['get'],
      positions: async () =>
        Object.entries(given.positions ?? {}).map(([lane, offset]) => ({
          lane,
          offset,
          timestamp: 1,
          epoch: 0,
        })),
      async commit({ writes }) {
        calls.push(`record ${writes.length}`)
        return { kind: 'committed' }
      },
      journal: { unsentCount: async () => given.unsent ?? 0 },
    },
  }
  return { options, calls }
}

const refusals: [string, Situation, RegExp][] = [
  ['a topic is missing', { missing: topics.rfis }, /^rfis must be created first$/],
  [
    'there are more partitions',
    { partitions: 8 },
    /^there are topics with 8 partitions, and none can have fewer/,
  ],
  ['more were recorded', { recorded: 8 }, /^there are topics with 8 partitions, and none can have fewer/],
  ['a worker runs', { members: 2 }, /^group p-referral-router-router has 2 members: stop the workers$/],
  ['a clock runs', { leaseUntil: 1001 }, /^a clock holds its lease until 1970-01-01T00:00:01.001Z/],
  ['something is not sent', { unsent: 1 }, /^1 batch not sent yet/],
  ['nothing was ever read', { ends: { 'rfis/1': 3 } }, /^router has 3 records of rfis to read/],
  [
    'something is not read',
    { ends: { 'rfis/0': 5, 'rfis/1': 3 }, positions: { 'router/rfis/0': 5, 'router/rfis/1': 1 } },
    /^router has 2 records of rfis to read/,
  ],
  ['a topic was recreated', { positions: { 'router/rfis/0': 5 } }, /^router\/rfis\/0 stands past the end/],
]

describe('growTopics', () => {
  it.each(refusals)('refuses when %s', async (_name, given, reason) => {
    const { options, calls } = situation(given)
    const outcome = await growTopics(4, options)
    expect(outcome).toMatchObject({
      kind: 'refused',
      reasons: expect.arrayContaining([expect.stringMatching(reason)]),
    })
    expect(calls).toEqual([])
  })

  it('says all that is in the way', async () => {
    const { options } = situation({ members: 1, unsent: 2, ends: { 'referral-status/0': 1 } })
    const outcome = await growTopics(4, options)
    expect(outcome.kind === 'refused' && outcome.reasons).toHaveLength(3)
  })

  it('adds the partitions, then records them', async () => {
    const read = { ends: { 'rfis/0': 5 }, positions: { 'router/rfis/0': 5 }, leaseUntil: 1000, recorded: 2 }
    const { options, calls } = situation(read)
    expect(await growTopics(4, options)).toEqual({
      kind: 'grown',
      topics: topicNames.map(topic => ({ topic, from: 2 })),
      arrived: 0,
    })
    expect(calls).toEqual([`add ${topicNames.length} 4`, `record ${topicNames.length}`])
  })

  it('records what was added before it broke off, or by other means, whatever came to the new partitions', async () => {
    const { options, calls } = situation({ partitions: 4, recorded: 2, ends: { 'rfis/3': 7 } })
    expect(await growTopics(4, options)).toEqual({ kind: 'grown', topics: [], arrived: 0 })
    expect(calls).toEqual([`record ${topicNames.length}`])
  })

  it('tells of records that came to the old partitions meanwhile', async () => {
    const { options } = situation({ arriving: { 'rfis/1': 2, 'rfis/3': 5 } })
    expect(await growTopics(4, options)).toMatchObject({ kind: 'grown', arrived: 2 })
  })
})

import { describe, expect, it } from 'vitest'
import { durabilityFor, largestBatch, topicSettings } from '../../roles/topic-settings.ts'
import { topicNames, topics } from '../../roles/topics.ts'
import { expectedConfiguration } from './topics-configuration.ts'
import { commonest, differences, type FoundTopic, type Wanted } from './topics-differences.ts'

const production = durabilityFor(3)
const wanted: Wanted = { ...production, partitions: null, recorded: new Map() }

/** The cluster as `create` makes it, but for one topic. */
function cluster(
  change: { readonly topic?: string; readonly settings?: Readonly<Record<string, string>> } & Partial<
    Pick<FoundTopic, 'partitions' | 'replication'>
  > = {},
): FoundTopic[] {
  const { topic: changed, settings = {}, ...rest } = change
  return topicNames.map(topic => {
    const expected = expectedConfiguration(topicSettings[topic], production)
    const made = { topic, partitions: 24, replication: 3 }
    const configuration = expected.map(({ name, value }) => [name, value] as const)
    return topic === changed
      ? { ...made, ...rest, configuration: new Map([...configuration, ...Object.entries(settings)]) }
      : { ...made, configuration: new Map(configuration) }
  })
}

const topic = topics.rfis
type Case = [string, Parameters<typeof cluster>[0], Partial<Wanted>, [string, string | null, string][]]

const cases: Case[] = [
  ['as created', {}, {}, []],
  ['a setting nobody asks for', { topic, settings: { 'file.delete.delay.ms': '1' } }, {}, []],
  [
    "a producer's own time",
    { topic, settings: { 'message.timestamp.type': 'CreateTime' } },
    {},
    [['message.timestamp.type', 'CreateTime', 'LogAppendTime']],
  ],
  [
    'contact data kept longer',
    { topic, settings: { 'retention.ms': '9' } },
    {},
    [['retention.ms', '9', '604800000']],
  ],
  ['segments closed sooner', { topic, settings: { 'segment.ms': '1' } }, {}, []],
  [
    'segments open for a week',
    { topic, settings: { 'segment.ms': '604800000' } },
    {},
    [['segment.ms', '604800000', 'at most 86400000']],
  ],
  [
    'removed by size too',
    { topic, settings: { 'retention.bytes': '5' } },
    {},
    [['retention.bytes', '5', '-1']],
  ],
  ['larger batches', { topic, settings: { 'max.message.bytes': '9000000' } }, {}, []],
  [
    'smaller batches',
    { topic, settings: { 'max.message.bytes': '1048588' } },
    {},
    [['max.message.bytes', '1048588', `at least ${largestBatch}`]],
  ],
  [
    'compacted as well',
    { topic, settings: { 'cleanup.policy': 'compact,delete' } },
    {},
    [['cleanup.policy', 'compact,delete', 'delete']],
  ],
  [
    'acknowledged by one',
    { topic, settings: { 'min.insync.replicas': '1' } },
    {},
    [['min.insync.replicas', '1', 'at least 2']],
  ],
  [
    'acknowledged by more than there are',
    { topic, settings: { 'min.insync.replicas': '4' } },
    {},
    [['min.insync.replicas', '4', 'at most 3']],
  ],
  ['fewer copies', { topic, replication: 2 }, {}, [['replication', '2', 'at least 3']]],
  ['more copies', { topic, replication: 5 }, {}, []],
  ['other partitions than most', { topic, partitions: 12 }, {}, [['partitions', '12', '24']]],
  [
    'other partitions than recorded',
    { topic, partitions: 24 },
    { recorded: new Map([[topic, 12]]) },
    [['recorded partitions', '24', '12']],
  ],
]

describe('differences', () => {
  it.each(cases)('%s', (_name, change, asked, expected) => {
    expect(differences({ ...wanted, ...asked }, cluster(change))).toEqual(
      expected.map(([setting, found, value]) => ({ topic, setting, found, expected: value })),
    )
  })

  it('names every topic that has another count than asked for', () => {
    const found = differences({ ...wanted, partitions: 48 }, cluster())
    expect(found).toEqual(
      topicNames.map(name => ({ topic: name, setting: 'partitions', found: '24', expected: '48' })),
    )
  })

  it('names missing topics, and settings that the cluster does not tell', () => {
    const [first, ...others] = cluster()
    const silent = others.map(one =>
      one.topic === topics.status ? { ...one, configuration: new Map() } : one,
    )
    const found = differences(wanted, silent)
    expect(found[0]).toEqual({ topic: first?.topic, setting: 'topic', found: null, expected: 'to be there' })
    expect(new Set(found.slice(1).map(one => `${one.topic} ${one.found}`))).toEqual(
      new Set([`${topics.status} null`]),
    )
  })
})

it.each([
  [[], null],
  [[24, 24, 12], 24],
  [[12, 24], 24],
])('commonest of %j is %j', (values, expected) => {
  expect(commonest(values)).toBe(expected)
})

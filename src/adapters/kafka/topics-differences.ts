import { type Durability, topicSettings } from '../../roles/topic-settings.ts'
import { type Topic, topicNames } from '../../roles/topics.ts'
import { type Expectation, expectedConfiguration, meets } from './topics-configuration.ts'

/** A topic as the cluster has it, named without the prefix. */
export interface FoundTopic {
  readonly topic: Topic
  readonly partitions: number
  /** Copies of the partition that has fewest. */
  readonly replication: number
  /** By Kafka's names. */
  readonly configuration: ReadonlyMap<string, string>
}

export interface Wanted extends Durability {
  /** What every topic shall have; null: what most have. */
  readonly partitions: number | null
  /** Partition counts that workers have recorded; empty without a store. */
  readonly recorded: ReadonlyMap<string, number>
}

export interface Difference {
  readonly topic: Topic
  /** As Kafka calls it; `topic` when there is none, `partitions`, `recorded partitions` and `replication` beside. */
  readonly setting: string
  /** Null when there is nothing. */
  readonly found: string | null
  readonly expected: string
}

/** Where the topics of a cluster are not as they should be, by topic. What the table doesn't speak of is not compared. */
export function differences(wanted: Wanted, found: readonly FoundTopic[]): Difference[] {
  const byName = new Map(found.map(topic => [topic.topic, topic]))
  const partitions = wanted.partitions ?? commonest(found.map(topic => topic.partitions))
  return topicNames.flatMap(name => {
    const topic = byName.get(name)
    if (topic === undefined) return [{ topic: name, setting: 'topic', found: null, expected: 'to be there' }]
    return [
      ...partitionsDiffer(topic, partitions, wanted.recorded.get(name)),
      ...replicationDiffers(topic, wanted),
      ...configurationDiffers(topic, wanted),
    ]
  })
}

/** The value that most have, the highest of equally common ones; null of none. */
export function commonest(values: readonly number[]): number | null {
  const counts = Map.groupBy(values, value => value)
  const [first] = [...counts].sort(([one, a], [other, b]) => b.length - a.length || other - one)
  return first?.[0] ?? null
}

function partitionsDiffer(
  { topic, partitions }: FoundTopic,
  expected: number | null,
  recorded: number | undefined,
): Difference[] {
  const differ = (setting: string, value: number | null | undefined) =>
    value === null || value === undefined || value === partitions
      ? []
      : [{ topic, setting, found: String(partitions), expected: String(value) }]
  return [...differ('partitions', expected), ...differ('recorded partitions', recorded)]
}

function replicationDiffers({ topic, replication }: FoundTopic, wanted: Wanted): Difference[] {
  if (replication >= wanted.replication) return []
  const expected = `at least ${wanted.replication}`
  return [{ topic, setting: 'replication', found: String(replication), expected }]
}

function configurationDiffers(
  { topic, replication, configuration }: FoundTopic,
  wanted: Wanted,
): Difference[] {
  const differing = expectedConfiguration(topicSettings[topic], wanted).filter(
    expectation => !meets(configuration.get(expectation.name), expectation),
  )
  const minInSync = configuration.get('min.insync.replicas')
  return [
    ...differing.map(expectation => ({
      topic,
      setting: expectation.name,
      found: configuration.get(expectation.name) ?? null,
      expected: inWords(expectation),
    })),
    // Then nothing sent with acks=all is ever taken.
    ...(minInSync !== undefined && Number(minInSync) > replication
      ? [{ topic, setting: 'min.insync.replicas', found: minInSync, expected: `at most ${replication}` }]
      : []),
  ]
}

function inWords({ value, rule }: Expectation): string {
  return rule === 'equal' ? value : `${rule.replace('-', ' ')} ${value}`
}

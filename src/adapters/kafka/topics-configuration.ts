import { type Cleanup, type Durability, largestBatch } from '../../roles/topic-settings.ts'

/** How a value that is found may stand to the one expected. */
export type Rule = 'equal' | 'at-least' | 'at-most'

export interface Expectation {
  /** As Kafka calls it. */
  readonly name: string
  readonly value: string
  readonly rule: Rule
}

/**
 * Settings of a topic in Kafka's words (https://kafka.apache.org/documentation/#topicconfigs). Said even where they are
 * the brokers' usual defaults: a cluster may have others.
 */
export function expectedConfiguration(cleanup: Cleanup, { minInSync }: Pick<Durability, 'minInSync'>) {
  const expectations: readonly Expectation[] = [
    // What others did happened when their record came in: a producer's own clock would decide about deadlines.
    { name: 'message.timestamp.type', value: 'LogAppendTime', rule: 'equal' },
    { name: 'max.message.bytes', value: String(largestBatch), rule: 'at-least' },
    { name: 'min.insync.replicas', value: String(minInSync), rule: 'at-least' },
    { name: 'compression.type', value: 'producer', rule: 'equal' },
    ...cleanupOf(cleanup),
  ]
  return expectations
}

function cleanupOf(cleanup: Cleanup): Expectation[] {
  switch (cleanup.kind) {
    case 'compact':
      return [
        { name: 'cleanup.policy', value: 'compact', rule: 'equal' },
        { name: 'delete.retention.ms', value: String(cleanup.tombstones), rule: 'at-least' },
      ]
    case 'delete':
      return [
        { name: 'cleanup.policy', value: 'delete', rule: 'equal' },
        { name: 'retention.ms', value: String(cleanup.retention), rule: 'equal' },
        // By time alone: by size, a busy hour could push out what no lane has read yet.
        { name: 'retention.bytes', value: '-1', rule: 'equal' },
        ...(cleanup.segment === undefined
          ? []
          : [{ name: 'segment.ms', value: String(cleanup.segment), rule: 'at-most' } as const]),
      ]
  }
}

export function meets(found: string | undefined, { value, rule }: Expectation): boolean {
  if (found === undefined) return false
  switch (rule) {
    case 'equal':
      return found === value
    case 'at-least':
      return Number(found) >= Number(value)
    case 'at-most':
      return Number(found) <= Number(value)
  }
}

import { misconfigured } from '../../ports/errors.ts'
import type { TopicPartition } from '../../ports/log.ts'
import type { Database } from './database.ts'

export interface TopicLayout {
  readonly name: string
  readonly partitions: number
  /** Its partitions are numbered `firstNumber … firstNumber + partitions − 1` within the folder. */
  readonly firstNumber: number
}

/** The number of partitions a topic gets when nobody asks for another. */
export const defaultPartitions = 4

/** Partition numbers and offsets share one integer that JavaScript holds exactly: 2^13 × 2^40. */
export const offsetsPerPartition = 2 ** 40
const partitionNumbers = 2 ** 13

export interface Topics {
  /**
   * Makes the topics that are missing. A count, once given to a topic, stays: keys would move to other partitions.
   * @throws PortError `configuration` when a topic is there with another count than asked for
   */
  ensure(names: readonly string[], partitions?: number): void
  /** @throws PortError `configuration` when there is no such topic */
  layout(name: string): TopicLayout
  /** @throws PortError `configuration` when there is no such partition */
  number(partition: TopicPartition): number
  all(): readonly TopicLayout[]
}

export function openTopics(database: Database): Topics {
  const known = new Map<string, TopicLayout>()

  const read = (): void => {
    const rows = database.all<{ name: string; partitions: number; first_number: number }>(
      'SELECT name, partitions, first_number FROM log_topics ORDER BY first_number',
    )
    for (const row of rows)
      known.set(row.name, { name: row.name, partitions: row.partitions, firstNumber: row.first_number })
  }

  const layout = (name: string): TopicLayout => {
    // Another process may have made it since.
    if (!known.has(name)) read()
    const topic = known.get(name)
    if (topic === undefined)
      throw misconfigured(`there is no topic ${JSON.stringify(name)} in ${database.path}`)
    return topic
  }

  const insertMissing = (names: readonly string[], partitions: number): void => {
    read()
    let next = 0
    for (const topic of known.values()) next = Math.max(next, topic.firstNumber + topic.partitions)
    for (const name of names) {
      if (known.has(name)) continue
      if (next + partitions > partitionNumbers)
        throw misconfigured(`a data folder holds at most ${partitionNumbers} partitions`)
      database.run(
        'INSERT INTO log_topics (name, partitions, first_number) VALUES (?, ?, ?)',
        name,
        partitions,
        next,
      )
      known.set(name, { name, partitions, firstNumber: next })
      next += partitions
    }
  }

  return {
    ensure(names, partitions) {
      if (partitions !== undefined && !(Number.isInteger(partitions) && partitions >= 1))
        throw misconfigured(`a topic needs at least one partition, not ${partitions}`)
      read()
      if (!names.every(name => known.has(name)))
        try {
          database.write(() => insertMissing(names, partitions ?? defaultPartitions))
        } catch (error) {
          known.clear()
          throw error
        }
      for (const name of names) {
        const found = layout(name).partitions
        if (partitions !== undefined && found !== partitions)
          throw misconfigured(
            `topic ${name} was made with ${found} partitions and can't have ${partitions}: keys would change place`,
          )
      }
    },
    layout,
    number({ topic, partition }) {
      const { partitions, firstNumber } = layout(topic)
      if (!(Number.isInteger(partition) && partition >= 0 && partition < partitions))
        throw misconfigured(`topic ${topic} has partitions 0 to ${partitions - 1}, not ${partition}`)
      return firstNumber + partition
    },
    all() {
      read()
      return [...known.values()].sort((a, b) => a.firstNumber - b.firstNumber)
    },
  }
}

import type { LogRecord } from '../../src/ports/log.ts'
import { type Collections, collections } from '../../src/roles/collections.ts'
import { topicNames } from '../../src/roles/topics.ts'
import type { Standing } from './drained.ts'
import { openData } from './embedded.ts'

/** Copies every document and record into an embedded folder, where the tools that compare folders can look at them. */
export async function copyToFolder({ log, store }: Standing, directory: string): Promise<void> {
  const stretches = await log.stretches(topicNames)
  const partitions = stretches.filter(({ topic }) => topic === topicNames[0]).length
  const copy = await openData(directory, { partitions })
  try {
    for (const collection of Object.keys(collections) as (keyof Collections)[]) {
      const documents = await store.find(collection, { where: {} })
      const writes = documents.map(document => ({ kind: 'put', collection, document }) as never)
      await copy.store.commit({ move: null, writes, journal: null })
    }
    const places = new Map<string, { topic: string; partition: number; records: LogRecord[] }>()
    for await (const record of log.scan(stretches)) {
      const { topic, partition } = record
      const place = places.get(`${topic}/${partition}`) ?? { topic, partition, records: [] }
      // A folder's times never fall; a producer's may.
      const timestamp = Math.max(record.timestamp, place.records.at(-1)?.timestamp ?? 0)
      place.records.push({ ...record, timestamp })
      places.set(`${topic}/${partition}`, place)
    }
    for (const { topic, partition, records } of places.values())
      copy.log.importRecords(topic, partition, records)
  } finally {
    await copy.close()
  }
}

/**
 * One SHA-256 for every read model and topic of a data folder, to see whether two runs came to the same bytes:
 *
 *   node scripts/digest.ts DIR [OTHER]     with OTHER: says what differs, exit 1 when something does
 */
import { createHash } from 'node:crypto'
import { openEmbedded } from '../src/adapters/embedded/folder.ts'
import { systemTime } from '../src/adapters/system-time.ts'
import { type Collections, collections } from '../src/roles/collections.ts'
import { topicNames } from '../src/roles/topics.ts'

/** Name of a collection or topic → digest of its documents by id, or of its records by partition and offset. */
export async function digest(directory: string): Promise<Map<string, string>> {
  const { log, store, close } = await openEmbedded(directory, {
    catalogue: collections,
    topics: topicNames,
    time: systemTime,
    readOnly: true,
  })
  const digests = new Map<string, string>()
  for (const name of Object.keys(collections) as (keyof Collections & string)[]) {
    const hash = createHash('sha256')
    for (const document of await store.find(name, { where: {}, sort: [['_id', 1]] }))
      hash.update(JSON.stringify(document))
    digests.set(`collection ${name}`, hash.digest('hex'))
  }
  for (const topic of topicNames) {
    const hash = createHash('sha256')
    for (let partition = 0; partition < (await log.partitions(topic)); partition += 1) {
      for (let from = 0; ; ) {
        const records = log.read({ topic, partition }, from, 1000)
        for (const { offset, timestamp, key, value, headers } of records) {
          hash.update(JSON.stringify([partition, offset, timestamp, headers]))
          hash.update(key ?? 'none').update(value ?? 'none')
        }
        const last = records.at(-1)
        if (last === undefined) break
        from = last.offset + 1
      }
    }
    digests.set(`topic ${topic}`, hash.digest('hex'))
  }
  await close()
  return digests
}

if (import.meta.main) {
  const [one, other] = process.argv.slice(2)
  if (one === undefined) {
    console.error('usage: node scripts/digest.ts DIR [OTHER]')
    process.exit(2)
  }
  const first = await digest(one)
  const second = other === undefined ? first : await digest(other)
  for (const [name, hash] of first) {
    const same = second.get(name) === hash
    if (!same) process.exitCode = 1
    console.log(`${hash.slice(0, 16)}  ${name}${same ? '' : '   differs'}`)
  }
  if (other !== undefined) console.log(process.exitCode === 1 ? 'the two differ' : 'the two are equal')
}

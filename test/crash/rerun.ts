import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { recordTime, systemTime } from '../../src/adapters/system-time.ts'
import { Worker } from '../../src/lanes/worker.ts'
import { silent } from '../../src/ports/logger.ts'
import { topics } from '../../src/roles/topics.ts'
import { until } from './child.ts'
import { type Folder, openToLook, options, progressOf } from './look.ts'

const inputTopics: readonly string[] = [topics.profiles, topics.weights, topics.rfis, topics.commands]

/**
 * What would have come of the same input had nothing happened: the input topics of `from`, what the clock sent included,
 * are copied with their offsets and times, and read by one role after another with nobody else about.
 */
export async function rerun(from: string, to: string): Promise<void> {
  const folder = await openEmbedded(to, { ...options, synchronous: 'off' })
  try {
    await copyInputs(from, folder)
    for (const role of ['directory', 'router', 'referral', 'projector'] as const) {
      const worker = new Worker({
        ...folder,
        codec: jsonCodec,
        time: systemTime,
        batchTime: recordTime,
        logger: silent,
        roles: [role],
        holder: 'rerun',
      })
      const running = worker.run()
      const drained = async () =>
        (await progressOf(folder, [role])).left === 0 && (await folder.store.journal.unsentCount()) === 0
      await Promise.race([
        running,
        until(`${role} of the rerun`, [], drained, { deadline: 120_000, pause: 10 }),
      ])
      await worker.stop()
      await running
    }
  } finally {
    await folder.close()
  }
}

async function copyInputs(from: string, { log }: Folder): Promise<void> {
  const source = await openToLook(from)
  try {
    for (const { topic, partition, end } of source.log.ends()) {
      if (!inputTopics.includes(topic)) continue
      for (let next = 0; next < end; ) {
        const records = source.log.read({ topic, partition }, next, 2000)
        log.importRecords(topic, partition, records)
        next = (records.at(-1)?.offset ?? end) + 1
      }
    }
  } finally {
    await source.close()
  }
}

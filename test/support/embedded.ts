import { type Embedded, openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { systemTime } from '../../src/adapters/system-time.ts'
import { Worker, type WorkerOptions } from '../../src/lanes/worker.ts'
import { silent } from '../../src/ports/logger.ts'
import { type Collections, collections } from '../../src/roles/collections.ts'
import { topicNames } from '../../src/roles/topics.ts'
import { temporaryFolder } from './simulated.ts'

/** The worker's own log and store in a folder; not flushed to the disk, which only a crash would need. */
export function openData(directory: string, { partitions = 1, time = systemTime } = {}) {
  const what = { catalogue: collections, topics: topicNames, time }
  return openEmbedded(directory, { ...what, partitions, synchronous: 'off' })
}

/** The same in a folder of the test's own, which is removed with `close`. */
export async function openOwnData(options: { readonly partitions?: number } = {}) {
  const folder = temporaryFolder()
  const data: Embedded<Collections> = await openData(folder.path, options)
  return {
    ...data,
    async close(): Promise<void> {
      await data.close()
      folder.remove()
    },
  }
}

/** The worker, running; JSON and the machine's own time unless told otherwise. */
export function startWorker(options: Pick<WorkerOptions, 'log' | 'store'> & Partial<WorkerOptions>) {
  const worker = new Worker({
    codec: jsonCodec,
    time: systemTime,
    logger: silent,
    holder: 'test',
    ...options,
  })
  const running = worker.run()
  return {
    worker,
    /** Rejects with what the worker ended with. */
    running,
    async stop(): Promise<void> {
      await worker.stop()
      await running
    },
  }
}

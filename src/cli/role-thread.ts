import { parentPort, workerData } from 'node:worker_threads'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { recordTime, systemTime } from '../adapters/system-time.ts'
import { Worker } from '../lanes/worker.ts'
import { redact } from '../ops/redaction.ts'
import { PortError } from '../ports/errors.ts'
import type { Logger } from '../ports/logger.ts'
import { openToWrite, withFolder } from './folder.ts'
import type { FromThread, RoleThreadOptions, ToThread } from './threads.ts'

// The body of a `RoleThread`: some roles on a connection of their own to the data folder.

const { roles, member, data, partitions, eventTime, customerSecret, holder, batchRecords } =
  workerData as RoleThreadOptions

const tell = (message: FromThread) => parentPort?.postMessage(message)
const forward =
  (level: keyof Logger) =>
  (fields: object, event: string): void =>
    // What the log would make of them later, since an error loses its class and its cause's on the way.
    tell({ kind: 'log', level, event, fields: redact(fields) as object })
const logger: Logger = {
  debug: forward('debug'),
  info: forward('info'),
  warn: forward('warn'),
  error: forward('error'),
}

try {
  await withFolder(openToWrite({ data, partitions }, { member, logger }), async folder => {
    const worker = new Worker({
      ...folder,
      codec: jsonCodec,
      time: systemTime,
      ...(eventTime ? { batchTime: recordTime } : {}),
      ...(batchRecords === undefined ? {} : { batchRecords }),
      logger,
      roles,
      customerSecret,
      holder,
    })
    let lanes = worker.lanes
    parentPort?.on('message', ({ deadline }: ToThread) => {
      lanes = worker.lanes
      void worker.stop(deadline)
    })
    await worker.run()
    tell({ kind: 'counts', counts: lanes.map(({ counts }) => ({ ...counts })) })
  })
} catch (error) {
  // Thrown, it would come to the other side as an `Error` like any, and read like a bug of ours.
  if (!(error instanceof PortError)) throw error
  const { code, message, retryable } = error
  tell({ kind: 'failed', code, message, retryable })
}
parentPort?.close()

import { parentPort, workerData } from 'node:worker_threads'
import { recordTime, systemTime } from '../adapters/system-time.ts'
import { Interrupted, persist } from '../lanes/retry.ts'
import { Worker } from '../lanes/worker.ts'
import { redact } from '../ops/redaction.ts'
import { PortError } from '../ports/errors.ts'
import type { Logger } from '../ports/logger.ts'
import { isOnServers, withBackend } from './open-backend.ts'
import {
  type FromThread,
  pulseInterval,
  type RoleThreadOptions,
  stuckAfter,
  type ToThread,
} from './threads.ts'

// The body of a `RoleThread`: some roles on connections of their own.

const { roles, member, config, eventTime, holder, batchRecords } = workerData as RoleThreadOptions

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

// Thrown, it would come to the other side as an `Error` like any, and read like a bug of ours.
const tellFailure = ({ code, message, retryable }: PortError) =>
  tell({ kind: 'failed', code, message, retryable })

try {
  await withBackend(config, { access: 'write', member, logger }, async backend => {
    const { log, store, codec } = backend
    const worker = new Worker({
      log,
      store,
      codec,
      time: systemTime,
      ...(eventTime ? { batchTime: recordTime } : {}),
      ...(batchRecords === undefined ? {} : { batchRecords }),
      logger,
      roles,
      // A database that others use too is asked less often.
      ...(isOnServers(config) ? { tableInterval: 250 } : {}),
      customerSecret: config.customerSecret,
      holder,
      // At once: to stop the rest, and to close what it worked on, may take long or never end.
      onFailure: error => {
        if (error instanceof PortError) tellFailure(error)
        else tell({ kind: 'crashed', error })
      },
    })
    setInterval(() => tell({ kind: 'pulse', stuck: worker.stuckFor(stuckAfter) }), pulseInterval).unref()
    let lanes = worker.lanes
    const stopping = new AbortController()
    const { signal } = stopping
    parentPort?.on('message', ({ deadline }: ToThread) => {
      stopping.abort()
      lanes = worker.lanes
      void worker.stop(deadline)
    })
    // The codec is this thread's own: what it hasn't looked up yet would be missed when the registry goes away.
    await persist(() => backend.prepare(), { time: systemTime, logger, what: 'what a worker needs', signal })
    if (!signal.aborted) await worker.run()
    tell({ kind: 'counts', counts: lanes.map(({ counts }) => ({ ...counts })) })
  })
} catch (error) {
  if (error instanceof Interrupted) tell({ kind: 'counts', counts: [] })
  else if (error instanceof PortError) tellFailure(error)
  else throw error
}
parentPort?.close()

import { lockFolder } from '../adapters/embedded/worker-lock.ts'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { SimulatedTime, Simulation } from '../lanes/simulation.ts'
import type { HistoryLine } from '../lanes/timeline.ts'
import type { Config } from '../ops/config.ts'
import type { Logger } from '../ports/logger.ts'
import { type Counts, countsOf } from './counts.ts'
import { type Folder, openToWrite, withFolder } from './folder.ts'
import { progressOf } from './progress.ts'
import { minuteOf } from './text.ts'

export interface HistoryRun {
  readonly config: Config
  readonly logger: Logger
  readonly history: readonly HistoryLine[]
  /** Go on until no timer and no response is left. */
  readonly settle: boolean
  /** Made once the folder is open; called after each line with what it caused in the log. */
  readonly responder?: (folder: Folder) => Promise<() => readonly HistoryLine[]>
}

/** The whole worker over a history in event time, into a folder of its own. `look` is called before the folder closes. */
export async function runHistory<T>(
  { config, logger, history, settle, responder }: HistoryRun,
  look: (folder: Folder, counts: Counts) => Promise<T>,
): Promise<T> {
  const lock = lockFolder(config.data)
  const time = new SimulatedTime()
  try {
    // The folder can be made again from the history: a power cut may take it.
    return await withFolder(openToWrite(config, { time, synchronous: 'off' }), async folder => {
      const respond = await responder?.(folder)
      const bar = progressOf('simulating', history.length)
      const simulation = new Simulation({
        ...folder,
        codec: jsonCodec,
        time,
        logger,
        holder: 'simulation',
        customerSecret: config.customerSecret,
        progress: (done, at) => bar.to(done, minuteOf(new Date(at).toISOString())),
        ...(respond === undefined ? {} : { respond }),
      })
      try {
        await simulation.run(history, { settle })
      } finally {
        bar.end()
      }
      return look(folder, await countsOf(folder))
    })
  } finally {
    lock.release()
  }
}

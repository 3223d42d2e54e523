import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker as Thread } from 'node:worker_threads'
import type { Release } from '../../ranking/release.ts'
import type { Mark } from '../../tuning/marks.ts'

export interface PartThreadOptions {
  readonly directory: string
  readonly release: Release
  readonly split: number
  readonly depth: number
  readonly baselines: boolean
  readonly part: number
  readonly parts: number
  /** Gets its lines of `rankings.ndjson`. */
  readonly path: string
}

/** Bytes of RFIs that are worth a thread: each reads the whole history, and gets up to speed, for itself. */
const worthwhile = 1024 * 1024
/** Asked for by hand. */
const mostThreads = 32
/** More would mostly read and learn what the others do. */
const mostParts = 4

/** In how many parts a history is best replayed here. */
export function partsFor(directory: string, threads: number | undefined): number {
  const most = threads ?? Math.min(mostParts, availableParallelism())
  const { size } = statSync(join(directory, 'rfis.ndjson'), { throwIfNoEntry: false }) ?? { size: 0 }
  return Math.max(
    1,
    threads === undefined ? Math.min(most, Math.floor(size / worthwhile)) : Math.min(most, mostThreads),
  )
}

export interface PartThread {
  /** The file with its lines. */
  readonly path: string
  /** Its marks, in the order of their RFIs. */
  readonly marks: Promise<readonly Mark[]>
  stop(): Promise<void>
}

/** Replays one part in a thread of its own, from the files. */
export function startPart(options: PartThreadOptions): PartThread {
  const name = import.meta.url.endsWith('.ts') ? 'part-thread.ts' : 'part-thread.js'
  const thread = new Thread(new URL(`./${name}`, import.meta.url), {
    workerData: options,
    // Rankings live for one RFI and are large: in a small nursery most would be moved before they go.
    resourceLimits: { maxYoungGenerationSizeMb: 192 },
  })
  const marks = new Promise<readonly Mark[]>((resolve, reject) => {
    const got: Mark[] = []
    thread.on('message', (some: readonly Mark[]) => {
      for (const mark of some) got.push(mark)
    })
    thread.once('error', reject)
    thread.once('exit', code =>
      code === 0 ? resolve(got) : reject(new Error(`a part of the replay ended: ${code}`)),
    )
  })
  // Whoever waits for it is told; until then it is no unhandled one.
  marks.catch(() => undefined)
  return {
    path: options.path,
    marks,
    stop: async () => {
      await thread.terminate()
    },
  }
}

import { parentPort, workerData } from 'node:worker_threads'
import { newBaselines } from '../../tuning/baselines/catalogue.ts'
import { chronicleOf } from '../../tuning/chronicle.ts'
import type { Mark } from '../../tuning/marks.ts'
import { releaseRanker } from '../../tuning/release-ranker.ts'
import { replayPart } from '../../tuning/replay.ts'
import { linesOut } from './lines-out.ts'
import type { PartThreadOptions } from './parts.ts'
import { readHistory } from './read-history.ts'

// The body of a `PartThread`.

const { directory, release, baselines, path, ...options } = workerData as PartThreadOptions
/** Marks sent at once. */
const batch = 500

const chronicle = chronicleOf(await readHistory(directory, true))
const out = linesOut(path)
let marks: Mark[] = []
const send = () => {
  parentPort?.postMessage(marks)
  marks = []
}
try {
  replayPart(chronicle, {
    ...options,
    ranker: releaseRanker(release),
    baselines: baselines ? newBaselines() : [],
    write: line => out.write(line),
    mark: mark => {
      if (marks.push(mark) >= batch) send()
    },
  })
} finally {
  out.close()
}
send()

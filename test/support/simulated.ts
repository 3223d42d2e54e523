import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { SimulatedTime, Simulation } from '../../src/lanes/simulation.ts'
import { type HistoryLine, historyOf, mergeHistories } from '../../src/lanes/timeline.ts'
import { silent } from '../../src/ports/logger.ts'
import { collections } from '../../src/roles/collections.ts'
import { type Topic, topicNames, topics } from '../../src/roles/topics.ts'

/** A folder of the test's own, removed by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'referral-router-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** The bundled history, merged. */
export function sampleHistory(): HistoryLine[] {
  const lines = (file: string) =>
    readFileSync(new URL(`../../examples/tenders/sample/${file}.ndjson`, import.meta.url), 'utf8').split('\n')
  return mergeHistories([
    historyOf(topics.profiles, lines('partner-profiles'), 'profileId'),
    historyOf(topics.rfis, lines('rfis'), 'rfiId'),
    historyOf(topics.commands, lines('referral-commands'), 'referralId'),
  ])
}

/** Runs a history through the whole worker in event time and hands over what is left to look at. */
export async function simulate<T>(
  path: string,
  history: Iterable<HistoryLine>,
  look: (data: Awaited<ReturnType<typeof openSimulated>>) => Promise<T>,
  { settle = false } = {},
): Promise<T> {
  const data = await openSimulated(path)
  try {
    const { log, store, time } = data
    const simulation = new Simulation({ log, store, time, codec: jsonCodec, logger: silent, holder: 'test' })
    await simulation.run(history, { settle })
    return await look(data)
  } finally {
    await data.close()
  }
}

async function openSimulated(path: string) {
  const time = new SimulatedTime()
  const { log, store, close } = await openEmbedded(path, {
    catalogue: collections,
    topics: topicNames,
    time,
    synchronous: 'off',
  })
  /** The values of a topic, parsed, over all partitions. */
  const values = async (topic: Topic): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = []
    for (let partition = 0; partition < (await log.partitions(topic)); partition += 1) {
      for (const { value } of log.read({ topic, partition }, 0, 1_000_000)) {
        found.push(JSON.parse(new TextDecoder().decode(value ?? undefined)))
      }
    }
    return found
  }
  return { log, store, time, values, close }
}

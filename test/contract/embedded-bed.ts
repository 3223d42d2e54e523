import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Embedded, openEmbedded } from '../../src/adapters/embedded/folder.ts'
import type { LogBed } from './log-bed.ts'
import { type Sample, type StoreBed, sampleCatalogue } from './store-sample.ts'

function folder() {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-'))
  const handles: Embedded<Sample>[] = []
  return {
    async open(): Promise<Embedded<Sample>> {
      const handle = await openEmbedded<Sample>(directory, {
        catalogue: sampleCatalogue,
        topics: [],
        time: { now: () => Date.now() },
        synchronous: 'off',
      })
      handles.push(handle)
      return handle
    },
    async dispose() {
      for (const handle of handles) await handle.close()
      rmSync(directory, { recursive: true })
    },
  }
}

export async function embeddedStore(): Promise<StoreBed> {
  const { open, dispose } = folder()
  return { open: async () => (await open()).store, dispose }
}

export async function embeddedLog(): Promise<LogBed> {
  const { open, dispose } = folder()
  const { log } = await open()
  let topics = 0
  return {
    open: async () => (await open()).log,
    async topic(partitions) {
      const name = `topic-${topics++}`
      log.ensureTopics([name], partitions)
      return name
    },
    dispose,
  }
}

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openEmbedded } from '../adapters/embedded/folder.ts'
import { systemTime } from '../adapters/system-time.ts'
import type { Store } from '../ports/store.ts'
import { type Collections, collections } from '../roles/collections.ts'

export interface Beside {
  readonly store: Store<Collections>
  /** Closes and removes it. */
  remove(): Promise<void>
}

const ownName = /^referral-router-rebuild-(\d+)$/

/** An empty store in a folder of this process below `parent`. Those of processes that were killed are removed first. */
export async function openBeside(parent: string): Promise<Beside> {
  if (existsSync(parent))
    for (const name of readdirSync(parent)) {
      const pid = Number(ownName.exec(name)?.[1] ?? 0)
      if (pid > 0 && (pid === process.pid || !isAlive(pid)))
        rmSync(join(parent, name), { recursive: true, force: true })
    }
  const directory = join(parent, `referral-router-rebuild-${process.pid}`)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const folder = await openEmbedded<Collections>(directory, {
    catalogue: collections,
    topics: [],
    time: systemTime,
    synchronous: 'off',
  })
  return {
    store: folder.store,
    async remove() {
      await folder.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

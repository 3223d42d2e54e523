import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { guardFolder } from './guarding.ts'

/** Where a server has its data, settings and log. */
export interface ServerFolder {
  readonly path: string
  /** Removes it, unless it was given and is to be kept. */
  remove(): void
}

/** A temporary one, removed even when this process is killed; with `kept` that folder, which stays. */
export function serverFolder(name: string, kept?: string): ServerFolder {
  if (kept !== undefined) {
    mkdirSync(kept, { recursive: true })
    return { path: kept, remove: () => {} }
  }
  const path = mkdtempSync(join(tmpdir(), `referral-router-${name}-`))
  const guard = guardFolder(path)
  const remove = () => {
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    guard.released()
  }
  return { path, remove }
}

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { guardFolder } from './guarding.ts'

/** Shared by all checkouts of a user. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = environment.REFERRAL_ROUTER_CACHE
  if (own) return resolve(own)
  const shared = environment.XDG_CACHE_HOME
  return join(shared ? resolve(shared) : join(homedir(), '.cache'), 'referral-router')
}

export interface Cached {
  /** With the version: a cached folder never changes. */
  readonly name: string
  /** A file in it that shows it to be whole and usable. */
  readonly sign: string
  readonly fill: (folder: string) => Promise<void>
}

/** The day after which a folder being filled belongs to nobody, in ms. */
const abandoned = 24 * 60 * 60 * 1000

/**
 * The cached folder, filled first when it isn't there. It is filled under another name and renamed, so that two processes
 * may do so at once: both download, the first to be ready stays, and nobody ever sees half of it.
 */
export async function cached({ name, sign, fill }: Cached): Promise<string> {
  const folder = join(cacheFolder(), name)
  if (existsSync(join(folder, sign))) return folder
  mkdirSync(dirname(folder), { recursive: true })
  removeAbandoned(dirname(folder))
  const part = mkdtempSync(`${folder}.part-`)
  const guard = guardFolder(part)
  try {
    await fill(part)
    if (!existsSync(join(part, sign))) throw new Error(`${name} was fetched, but ${sign} is not in it`)
    // A folder without its sign is broken (a removed Python leaves such): out of the way.
    if (existsSync(folder) && !existsSync(join(folder, sign))) renameSync(folder, `${part}-broken`)
    try {
      renameSync(part, folder)
    } catch (error) {
      if (!existsSync(join(folder, sign))) throw error
    }
  } finally {
    for (const path of [part, `${part}-broken`]) rmSync(path, { recursive: true, force: true })
    guard.released()
  }
  return folder
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const path = join(parent, name)
    if (!/\.part-\w+(-broken)?$/.test(name)) continue
    if (Date.now() - statSync(path).mtimeMs > abandoned) rmSync(path, { recursive: true, force: true })
  }
}

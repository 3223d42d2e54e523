import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { PortError } from '../../ports/errors.ts'
import { loadSqlite } from './sqlite.ts'
import { isBusy, portError } from './sqlite-errors.ts'

export interface WorkerLock {
  release(): void
}

// A connection that is collected as garbage would let go of its lock.
const held = new Set<DatabaseSync>()

/**
 * One worker per data folder. The lock is a transaction held open on `worker.lock`, that is a lock of the operating
 * system on a file of this process: it ends with the process, however that ends. `worker.lock` must not be opened in
 * any other way by this process, since closing a file drops the process's locks on it; the pid therefore stands beside
 * it in `worker.pid`.
 * @throws PortError `locked` when another worker, in this process or another, has the folder
 */
export function lockFolder(directory: string): WorkerLock {
  const path = join(directory, 'worker.lock')
  const pidPath = join(directory, 'worker.pid')
  mkdirSync(directory, { recursive: true })
  const { DatabaseSync } = loadSqlite()
  let native: DatabaseSync | null = null
  try {
    native = new DatabaseSync(path, { timeout: 0 })
    native.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    native?.close()
    if (!isBusy(error)) throw portError(error, path)
    const pid = readPid(pidPath)
    const owner = pid === null ? 'another worker' : `another worker (pid ${pid})`
    throw new PortError('locked', `${owner} is running on ${directory}`, { cause: error, retryable: false })
  }
  const lock = native
  held.add(lock)
  writeFileSync(pidPath, `${process.pid}\n`)
  return {
    release() {
      if (!held.delete(lock)) return
      rmSync(pidPath, { force: true })
      lock.close()
    },
  }
}

function readPid(path: string): string | null {
  try {
    const pid = readFileSync(path, 'utf8').trim()
    return /^\d+$/.test(pid) ? pid : null
  } catch {
    return null
  }
}

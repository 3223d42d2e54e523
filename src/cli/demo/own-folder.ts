import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { isEmptyOrMissing, runningWorker } from '../folder.ts'

const marker = 'made-by-demo'
/** Takes the marker's place and says who came. */
const usedSince = 'used-since-demo'
const note =
  'The demo made this folder and removes it when it runs again. Without this file it leaves it alone.\n'

/** An empty folder for the demo. Only a folder that an earlier demo made is removed for it. */
export function freshFolder(directory: string): void {
  if (!isEmptyOrMissing(directory)) {
    if (!existsSync(join(directory, marker))) {
      const user = userOf(directory)
      throw new Failure(
        user === null
          ? `${directory} is not empty, and not the demo's; choose another folder with --data or remove it`
          : `${user} has used ${directory} since; choose another folder with --data or remove it`,
      )
    }
    const pid = runningWorker(directory)
    if (pid !== null)
      throw new Failure(
        `a worker (pid ${pid}) is running on ${directory}; stop it or name another with --data`,
      )
    rmSync(directory, { recursive: true })
  }
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, marker), note)
}

/** From now on the folder holds more than a demo's data: the demo must not remove it any more. */
export function keepFromDemo(
  directory: string,
  user: 'a worker' | 'produce' | 'dead-letters redrive' | 'erase',
): void {
  if (!existsSync(join(directory, marker))) return
  writeFileSync(join(directory, usedSince), `${user}\n`)
  rmSync(join(directory, marker), { force: true })
}

function userOf(directory: string): string | null {
  const path = join(directory, usedSince)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null
}

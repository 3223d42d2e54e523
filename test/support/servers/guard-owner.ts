/** For the guard's test: starts a server's stand-in, a paused one and a folder, says so, and waits to be ended. */
import { join } from 'node:path'
import { serverFolder } from './folders.ts'
import { startProcess } from './process.ts'

const { path } = serverFolder('guarded')
const start = () =>
  startProcess({
    command: process.execPath,
    arguments: ['-e', 'setInterval(() => {}, 1000)'],
    folder: path,
    log: join(path, 'server.log'),
  })
const running = await start()
const paused = await start()
paused.signal('SIGSTOP')
process.stdout.write(`${JSON.stringify({ id: running.id, paused: paused.id, folder: path })}\n`)
setInterval(() => {}, 1000)

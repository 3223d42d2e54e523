#!/usr/bin/env node
import module from 'node:module'
import { isTooOld } from './oldest-node.ts'

// Compiled code is kept in the system's folder for temporary files: halves the start-up. NODE_DISABLE_COMPILE_CACHE=1
// turns it off; Node 20 has no such thing.
module.enableCompileCache?.()
const words = process.argv.slice(2)
if (isTooOld(process.versions.node)) {
  const { startAgain } = await import('./newer-node.ts')
  process.exitCode = await startAgain(import.meta.url, words)
} else {
  const { run } = await import('./program.ts')
  process.exitCode = await run(words)
}

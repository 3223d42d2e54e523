#!/usr/bin/env node
import module from 'node:module'

// Compiled code is kept in the system's folder for temporary files: halves the start-up. NODE_DISABLE_COMPILE_CACHE=1
// turns it off; Node 20 has no such thing.
module.enableCompileCache?.()
const { run } = await import('./program.ts')
process.exitCode = await run(process.argv.slice(2))

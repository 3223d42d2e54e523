import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isTooOld, oldestNode } from './oldest-node.ts'

/** Path of the Node that the package `node` among our dependencies brings; null when it isn't there, or is too old. */
export function bundledNode(from: string = import.meta.url): string | null {
  const require = createRequire(from)
  try {
    const path = require.resolve(process.platform === 'win32' ? 'node/bin/node.exe' : 'node/bin/node')
    const { version } = require('node/package.json')
    return existsSync(path) && !isTooOld(version) ? path : null
  } catch {
    return null
  }
}

const passedOn = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

/**
 * Runs a script by another Node in our place: it has our input and output, gets the signals we get, and we end as it does.
 * Returns its exit code.
 */
export function runBy(node: string, words: readonly string[]): Promise<number> {
  const child = spawn(node, words, { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals) => {
    // At a terminal Ctrl-C comes to both of us, and a second one would end a worker at once.
    if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal)
  }
  for (const signal of passedOn) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const name of passedOn) process.off(name, pass)
      if (signal !== null) process.kill(process.pid, signal)
      else resolve(code ?? 1)
    })
  })
}

/** For a Node that can't run the script (a file URL): by the one among our dependencies, or one line that says what is missing. */
export async function startAgain(script: string, words: readonly string[]): Promise<number> {
  const node = bundledNode()
  if (node !== null) return runBy(node, [fileURLToPath(script), ...words])
  process.stderr.write(
    `referral-router: Node ${oldestNode} or newer is needed, this is ${process.versions.node}; install it, or allow the install script of the package "node"\n`,
  )
  return 1
}

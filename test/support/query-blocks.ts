import { readFileSync } from 'node:fs'
import type { Db } from 'mongodb'

/** Blocks of JavaScript in a document of `docs/`, in order. */
export function queryBlocks(name: string): string[] {
  const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
  return Array.from(text.matchAll(/^```js\n(.*?)^```$/gms), ([, block = '']) => block)
}

export interface Answer {
  /** As it is printed, but for comments. */
  readonly query: string
  readonly found: unknown
}

type Runs = (db: unknown, ...values: unknown[]) => Promise<unknown>
const AsyncFunction = (async () => undefined).constructor as new (...words: string[]) => Runs

/**
 * Runs a block as the MongoDB shell would, by the driver: each statement by itself, cursors read to their ends, `findOne`
 * waited for. `values` are the variables that a block supposes.
 */
export async function runShellBlock(block: string, db: Db, values: object): Promise<Answer[]> {
  const shell = new Proxy(db, { get: (target, name) => target.collection(String(name)) })
  const known: Record<string, unknown> = { ...values }
  const answers: Answer[] = []
  const lines = block.replaceAll(/ *\/\/.*$/gm, '').trim()
  for (const part of lines.split(/\n(?=db\.|const )|; (?=db\.)/)) {
    const query = part.trim()
    const [, constant = null, expression = query] = /^const (\w+) = (.*)$/s.exec(query) ?? []
    const waited = expression.replaceAll(/db\.\w+\.findOne\([^()]*\)/g, found => `(await ${found})`)
    const names = Object.keys(known)
    const runs = new AsyncFunction(
      'db',
      ...names,
      `const found = ${waited}; return found?.toArray === undefined ? found : found.toArray()`,
    )
    const found = await runs(shell, ...names.map(name => known[name]))
    if (constant !== null) known[constant] = found
    answers.push({ query, found })
  }
  return answers
}

/** Runs a block of the driver's own calls, and gives back what one of its constants holds. */
export function runDriverBlock(block: string, wanted: string, db: Db, values: object): Promise<unknown> {
  const runs = new AsyncFunction('db', ...Object.keys(values), `${block}\nreturn ${wanted}`)
  return runs(db, ...Object.values(values))
}

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type History, HistoryReader, historyFiles } from '../../tuning/history.ts'
import { Failure } from '../failure.ts'
import { noProgress, progressOf } from '../progress.ts'

/**
 * Reads a folder's files one after the other; only the RFIs must be there. Nothing holds their text.
 * @param quiet - without a bar: somebody else shows one
 */
export async function readHistory(directory: string, quiet = false): Promise<History> {
  const reader = new HistoryReader()
  for (const file of historyFiles) {
    const path = join(directory, file)
    const size = await sizeOf(path)
    if (size === null && file === 'rfis.ndjson')
      throw new Failure(`there is no ${path}; --in names the folder that holds it`)
    if (size === null) continue
    const bar = quiet ? noProgress : progressOf(`reading ${file}`, size)
    let read = 0
    try {
      for await (const lines of linesOf(path)) {
        for (const line of lines) reader.add(file, line)
        read += lines.reduce((sum, line) => sum + line.length + 1, 0)
        bar.to(read)
      }
    } finally {
      bar.end()
    }
  }
  return reader.history()
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Failure(
      `${path} can't be read: ${error instanceof Error ? error.message : String(error)}; --in names the folder that holds it`,
    )
  }
}

/** No record is as long: of a longer line the beginning has to do, to be told as malformed. In characters. */
const longestLine = 16 * 1024 * 1024

/** Blank ones too, so that their numbers are the file's. Only a line feed ends a line: U+2028 may stand in a JSON text. */
async function* linesOf(path: string): AsyncGenerator<readonly string[]> {
  let rest: string[] = []
  let length = 0
  let first = true
  const keep = (part: string) => {
    const kept = part.slice(0, longestLine - length)
    if (kept !== '') rest.push(kept)
    length += kept.length
  }
  const taken = () => {
    const line = rest.join('')
    rest = []
    length = 0
    return line
  }
  const input: AsyncIterable<string> = createReadStream(path, {
    encoding: 'utf8',
    highWaterMark: 1024 * 1024,
  })
  for await (const chunk of input) {
    // What is kept of a line is not looked through again with each chunk: a line may have thousands.
    const [begun = '', ...others] = (first ? chunk.replace(/^\uFEFF/, '') : chunk).split('\n')
    first = false
    keep(begun)
    const open = others.pop()
    if (open === undefined) continue
    yield [taken(), ...others]
    keep(open)
  }
  if (length > 0) yield [taken()]
}

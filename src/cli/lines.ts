import { createReadStream } from 'node:fs'

const newline = 0x0a
const carriageReturn = 0x0d
/** Bytes of a file read at once. */
const blockSize = 1024 * 1024

/**
 * The lines of a file (`-`: standard input) as bytes, whatever their encoding, empty ones left out: in blocks as they
 * come, so that a line piped in doesn't wait for the next.
 */
export async function* lineBlocksOf(path: string): AsyncGenerator<readonly Uint8Array[]> {
  const input: AsyncIterable<Buffer> =
    path === '-' ? process.stdin : createReadStream(path, { highWaterMark: blockSize })
  let rest: Buffer[] = []
  for await (const chunk of input) {
    const lines: Uint8Array[] = []
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      const line = joined([...rest, chunk.subarray(from, at)])
      rest = []
      from = at + 1
      if (line.length > 0) lines.push(line)
    }
    if (from < chunk.length) rest.push(chunk.subarray(from))
    if (lines.length > 0) yield lines
  }
  const last = joined(rest)
  if (last.length > 0) yield [last]
}

/** A copy: the stream's buffers are shared. */
function joined(parts: readonly Buffer[]): Uint8Array {
  const line = Uint8Array.from(Buffer.concat(parts))
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line
}

/** All lines as text: for files that are read whole. Rejects as the file system does when there is no such file. */
export async function textLinesOf(path: string): Promise<string[]> {
  const lines: string[] = []
  const decoder = new TextDecoder()
  for await (const block of lineBlocksOf(path)) for (const line of block) lines.push(decoder.decode(line))
  return lines
}

import { closeSync, openSync, readSync, writeSync } from 'node:fs'

const blockSize = 1024 * 1024

export interface LinesOut {
  write(value: unknown): void
  /** All lines of another such file. */
  append(path: string): void
  close(): void
}

/** A file of one JSON object a line, written in blocks: a replay gives lines faster than a stream would take them. */
export function linesOut(path: string): LinesOut {
  const file = openSync(path, 'w')
  let block: string[] = []
  let size = 0
  const flush = () => {
    writeAll(file, Buffer.from(block.join('')))
    block = []
    size = 0
  }
  return {
    write(value) {
      const line = `${JSON.stringify(value)}\n`
      block.push(line)
      size += line.length
      if (size >= blockSize) flush()
    },
    append(from) {
      flush()
      const other = openSync(from, 'r')
      const some = Buffer.allocUnsafe(blockSize)
      for (let read = readSync(other, some); read > 0; read = readSync(other, some))
        writeAll(file, some.subarray(0, read))
      closeSync(other)
    },
    close() {
      flush()
      closeSync(file)
    },
  }
}

/** One write may take less than it was given. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

import { inflateRawSync } from 'node:zlib'

const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50
const localEntry = 0x04034b50

/** The archive can't be read, or lacks the file. */
export class ZipError extends Error {}

/**
 * The first file of a zip archive whose name ends in `ending`: stored or deflated, not encrypted, not zip64 (a file
 * of 4 GB and more). Found by the central directory, as local headers need not tell sizes. Throws `ZipError`.
 */
export function readZipped(archive: Buffer, ending: string): Buffer {
  try {
    return readEntry(archive, ending)
  } catch (error) {
    // A length that points outside the archive, or data that inflate refuses.
    if (error instanceof ZipError) throw error
    throw new ZipError(`the archive is damaged: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readEntry(archive: Buffer, ending: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end === -1 || archive.readUInt32LE(end) !== endOfDirectory) throw new ZipError('not a zip archive')
  const count = archive.readUInt16LE(end + 10)
  let at = archive.readUInt32LE(end + 16)
  for (let entry = 0; entry < count; entry += 1) {
    if (archive.readUInt32LE(at) !== directoryEntry) throw new ZipError('the archive is damaged: no entry')
    const nameLength = archive.readUInt16LE(at + 28)
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    if (name.endsWith(ending)) return contentOf(archive, at, name)
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  throw new ZipError(`the archive holds no ${ending}`)
}

function contentOf(archive: Buffer, at: number, name: string): Buffer {
  const method = archive.readUInt16LE(at + 10)
  const compressedLength = archive.readUInt32LE(at + 20)
  const length = archive.readUInt32LE(at + 24)
  const local = archive.readUInt32LE(at + 42)
  if (archive.readUInt32LE(local) !== localEntry) throw new ZipError('the archive is damaged: no local entry')
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const compressed = archive.subarray(start, start + compressedLength)
  if (method !== 0 && method !== 8)
    throw new ZipError(`${name} is compressed by method ${method}, not deflate`)
  const content = method === 0 ? compressed : inflateRawSync(compressed, { maxOutputLength: length })
  if (content.length !== length) throw new ZipError(`${name} is not as long as the archive says`)
  return content
}

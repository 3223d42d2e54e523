import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'

/** Bits 0–2 of a record batch's attributes (https://kafka.apache.org/documentation/#recordbatch). */
export const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CodecName = (typeof codecNames)[number]

/** What compressed bytes can't be read as; the message says why. */
export class Uninflatable extends Error {}

const require = createRequire(import.meta.url)
// Both are CommonJS without types, and only loaded when somebody sends such bytes.
const snappy = () =>
  require('snappyjs') as { uncompress(bytes: Uint8Array, longest: number): Uint8Array<ArrayBuffer> }
const lz4 = () =>
  require('lz4js') as {
    /** Returns where in `to` it ended. */
    decompressBlock(from: Uint8Array, to: Uint8Array, at: number, length: number, toAt: number): number
  }

const inflateGzip = promisify(gunzip)
const inflateZstd = promisify(zstdDecompress)

/**
 * Inflates the records of a batch to at most `limit` bytes; rejects with `Uninflatable` when they are more, or nothing
 * of the kind. A megabyte may hold a thousandfold of itself, and a worker must not die of what anybody may send.
 */
export async function inflate(codec: CodecName, bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    switch (codec) {
      case 'none':
        return bytes
      case 'gzip':
        return await inflateGzip(bytes, { maxOutputLength: limit })
      case 'zstd':
        return await inflateZstd(bytes, { maxOutputLength: limit })
      case 'snappy':
        return inflateSnappy(bytes, limit)
      case 'lz4':
        return inflateLz4(bytes, limit)
    }
  } catch (cause) {
    if (cause instanceof Uninflatable) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Uninflatable(`not readable as ${codec}: ${message}`, { cause })
  }
}

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
/** Magic, version and compatible version. */
const xerialHeader = 16

/** Java's clients write the xerial framing (blocks with their lengths), librdkafka one bare block. */
function inflateSnappy(bytes: Buffer, limit: number): Buffer {
  const { uncompress } = snappy()
  const block = (part: Uint8Array, longest: number): Buffer => {
    // Told by the block itself, before anything is allocated.
    const whole = uncompress(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), longest)
    return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength)
  }
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return block(bytes, limit)
  const blocks: Buffer[] = []
  let left = limit
  for (let at = xerialHeader; at < bytes.length; ) {
    const length = bytes.readInt32BE(at)
    if (length < 0 || at + 4 + length > bytes.length) throw new Uninflatable('a snappy block is cut off')
    const whole = block(bytes.subarray(at + 4, at + 4 + length), left)
    left -= whole.length
    blocks.push(whole)
    at += 4 + length
  }
  return Buffer.concat(blocks)
}

const lz4Magic = 0x184d2204
const lz4BlockSizes: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 }

/** One LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md); checksums are not looked at. */
function inflateLz4(bytes: Buffer, limit: number): Buffer {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== lz4Magic) throw new Uninflatable('not an lz4 frame')
  const flags = bytes.readUInt8(4)
  const blockSize = lz4BlockSizes[(bytes.readUInt8(5) >> 4) & 7]
  if (blockSize === undefined) throw new Uninflatable('an lz4 frame of unknown block size')
  const checksum = (flags & 0x10) === 0 ? 0 : 4
  const first = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4)
  const blocks: { readonly at: number; readonly length: number; readonly stored: boolean }[] = []
  for (let at = first; ; ) {
    const size = bytes.readUInt32LE(at)
    if (size === 0) break
    const length = size & 0x7fffffff
    if (at + 4 + length > bytes.length) throw new Uninflatable('an lz4 block is cut off')
    blocks.push({ at: at + 4, length, stored: size >= 0x80000000 })
    at += 4 + length + checksum
  }
  // A block may point back into those before it, so they are laid out one after another.
  const room = Math.min(limit, blocks.length * blockSize)
  const whole = Buffer.alloc(room)
  const { decompressBlock } = lz4()
  let end = 0
  for (const { at, length, stored } of blocks) {
    if (stored) bytes.copy(whole, end, at, at + length)
    end = stored ? end + length : decompressBlock(bytes, whole, at, length, end)
    if (end > room) throw new Uninflatable(`more than ${room} bytes`)
  }
  return whole.subarray(0, end)
}

import { createRequire } from 'node:module'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type CodecName, inflate, Uninflatable } from './codecs.ts'

const require = createRequire(import.meta.url)
const snappy = require('snappyjs') as { compress(bytes: Uint8Array): Uint8Array }
const lz4 = require('lz4js') as { compress(bytes: Uint8Array): Uint8Array }

/** The framing of Java's snappy: blocks of `size`, each with its length. */
function xerial(bytes: Buffer, size: number): Buffer {
  const blocks: Buffer[] = [Buffer.from('82534e41505059000000000100000001', 'hex')]
  for (let at = 0; at < bytes.length; at += size) {
    const block = snappy.compress(new Uint8Array(bytes.subarray(at, at + size)))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    blocks.push(length, Buffer.from(block))
  }
  return Buffer.concat(blocks)
}

type Deflate = (bytes: Buffer) => Uint8Array
const kinds: readonly (readonly [name: string, codec: CodecName, deflate: Deflate])[] = [
  ['gzip', 'gzip', gzipSync],
  ['zstd', 'zstd', zstdCompressSync],
  ['snappy, one block', 'snappy', bytes => snappy.compress(new Uint8Array(bytes))],
  ['snappy, framed', 'snappy', bytes => xerial(bytes, 32 * 1024)],
  ['lz4', 'lz4', bytes => lz4.compress(bytes)],
]

describe.each(kinds)('%s', (_name, codec, deflate) => {
  const texts = {
    words: Buffer.from('request for information, '.repeat(20_000)),
    noise: Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251)),
    short: Buffer.from('x'),
  }
  test.each(Object.entries(texts))('comes back: %s', async (_text, bytes) => {
    expect((await inflate(codec, Buffer.from(deflate(bytes)), 1 << 20)).equals(bytes)).toBe(true)
  })
  test('more than the limit is refused', async () => {
    const bomb = Buffer.from(deflate(Buffer.alloc(5 << 20)))
    expect(bomb.length).toBeLessThan(300_000)
    await expect(inflate(codec, bomb, 1 << 20)).rejects.toBeInstanceOf(Uninflatable)
  })
  test('what is none is refused', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('no such thing at all'), Buffer.alloc(40, 0xff)])
      await expect(inflate(codec, bytes, 1 << 20)).rejects.toBeInstanceOf(Uninflatable)
  })
})

import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { murmur2, partitionOf } from './murmur2.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

// The vectors of Kafka's own UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2(%s)', (text, hash) => {
  expect(murmur2(bytes(text))).toBe(hash)
})

test('a partition is in range and depends on the bytes alone', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 1000 }), (key, partitions) => {
      const partition = partitionOf(key, partitions)
      expect(partition).toBeGreaterThanOrEqual(0)
      expect(partition).toBeLessThan(partitions)
      expect(partitionOf(Buffer.from(key), partitions)).toBe(partition)
    }),
  )
})

test('a negative hash is masked, not negated', () => {
  expect(partitionOf(bytes('21'), 1 << 30)).toBe((-973932308 & 0x7fffffff) % (1 << 30))
})

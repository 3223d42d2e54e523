const seed = 0x9747b28c
const multiplier = 0x5bd1e995

/**
 * The 32-bit murmur2 hash as a signed integer, byte for byte what `Utils.murmur2` of Kafka's Java client gives.
 * A key must land in the same partition whoever wrote it, so this may never change.
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length
  const whole = length & ~3
  let hash = seed ^ length
  for (let at = 0; at < whole; at += 4) {
    let word =
      byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16) | (byte(data, at + 3) << 24)
    word = Math.imul(word, multiplier)
    word ^= word >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier)
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at--) hash ^= byte(data, at) << ((at - whole) * 8)
    hash = Math.imul(hash, multiplier)
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}

/** The partition Java's default partitioner gives a key. The sign bit is cleared, which is not what `abs` does. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

function byte(data: Uint8Array, at: number): number {
  return data[at] ?? 0
}

/** 2^11: fine enough that what is to be sorted is hardly longer than what is asked for. */
const bucketBits = 11
const counts = new Int32Array(1 << bucketBits)
const positions = 2 ** 31
let keys = new Float64Array(256)

/**
 * Where the k largest of the first `count` values stand, largest first, with all that equal the k-th; equals by position.
 * Counts into buckets, then sorts only what lies in or above the bucket of the k-th.
 * @param values - whole numbers, 0 to 1,000,000
 */
export function bestOf(values: Int32Array, count: number, k: number): number[] {
  if (k <= 0 || count === 0) return []
  let largest = 0
  for (let at = 0; at < count; at += 1) if ((values[at] as number) > largest) largest = values[at] as number
  const shift = Math.max(0, 32 - Math.clz32(largest) - bucketBits)
  const least = k >= count ? 0 : leastOfBucket(values, count, k, shift)

  if (keys.length < count) keys = new Float64Array(count * 2)
  let candidates = 0
  for (let at = 0; at < count; at += 1) {
    const value = values[at] as number
    // Distance from the largest and position as one number, below 2^53: a typed array sorts it without a comparer.
    if (value >= least) keys[candidates++] = (largest - value) * positions + at
  }
  const sorted = keys.subarray(0, candidates).sort()

  const best: number[] = []
  const limit = (Math.floor((sorted[Math.min(k, candidates) - 1] as number) / positions) + 1) * positions
  for (let at = 0; at < candidates && (sorted[at] as number) < limit; at += 1) {
    best.push((sorted[at] as number) % positions)
  }
  return best
}

/** The least value that falls into the bucket of the k-th. */
function leastOfBucket(values: Int32Array, count: number, k: number, shift: number): number {
  counts.fill(0)
  for (let at = 0; at < count; at += 1) {
    const bucket = (values[at] as number) >> shift
    counts[bucket] = (counts[bucket] as number) + 1
  }
  let bucket = counts.length - 1
  let reached = counts[bucket] as number
  while (reached < k && bucket > 0) {
    bucket -= 1
    reached += counts[bucket] as number
  }
  return bucket << shift
}

/** 2^11: fine enough that what is to be sorted is hardly longer than what is asked for. */
const bucketBits = 11
const counts = new Int32Array(1 << bucketBits)

/**
 * Where the k largest stand, largest first, with all that equal the k-th; equals by position. Counts into buckets, then
 * sorts only what lies in or above the bucket of the k-th.
 * @param values - whole numbers, 0 to 1,000,000
 */
export function bestOf(values: Int32Array, k: number): Int32Array {
  const { length } = values
  if (k <= 0 || length === 0) return new Int32Array(0)
  let largest = 0
  for (let at = 0; at < length; at += 1) if ((values[at] as number) > largest) largest = values[at] as number
  const least = k >= length ? 0 : leastOfBucket(values, k, Math.max(0, 32 - Math.clz32(largest) - bucketBits))

  let candidates = 0
  for (let at = 0; at < length; at += 1) if ((values[at] as number) >= least) candidates += 1
  // Distance from the largest and position as one number, below 2^53: a typed array sorts it without a comparer.
  const keys = new Float64Array(candidates)
  let filled = 0
  for (let at = 0; at < length; at += 1) {
    const value = values[at] as number
    if (value >= least) keys[filled++] = (largest - value) * positions + at
  }
  keys.sort()

  let end = Math.min(k, candidates)
  const kth = Math.floor((keys[end - 1] ?? 0) / positions)
  while (end < candidates && Math.floor((keys[end] ?? 0) / positions) === kth) end += 1
  return Int32Array.from(keys.subarray(0, end), key => key % positions)
}

const positions = 2 ** 31

/** The least value that falls into the bucket of the k-th. */
function leastOfBucket(values: Int32Array, k: number, shift: number): number {
  counts.fill(0)
  const { length } = values
  for (let at = 0; at < length; at += 1) {
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

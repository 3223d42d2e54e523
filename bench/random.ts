/** Numbers in [0, 1) that are the same for the same seed: Bob Jenkins' small fast generator, 32 bits of state × 4. */
export type Random = () => number

export function seeded(seed: number): Random {
  let a = 0xf1ea5eed
  let b = seed | 0
  let c = seed | 0
  let d = seed | 0
  const next = () => {
    const e = (a - ((b << 27) | (b >>> 5))) | 0
    a = b ^ ((c << 17) | (c >>> 15))
    b = (c + d) | 0
    c = (d + e) | 0
    d = (e + a) | 0
    return (d >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 20; round += 1) next()
  return next
}

/** A whole number from `from` to `to`, both included. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1))
}

/**
 * Draws by Zipf's law, as Mandelbrot mended it: the n-th of the list as often as 1/(n + offset)^exponent. An offset
 * flattens the head, which in running text is all function words.
 */
export function zipf<T>(list: readonly T[], exponent = 1, offset = 0): (random: Random) => T {
  const cumulative = new Float64Array(list.length)
  let total = 0
  for (let rank = 0; rank < list.length; rank += 1) {
    total += 1 / (rank + 1 + offset) ** exponent
    cumulative[rank] = total
  }
  return random => {
    const aim = random() * total
    let low = 0
    let high = list.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulative[middle] ?? 0) > aim) high = middle
      else low = middle + 1
    }
    return list[low] as T
  }
}

/** Up to `count` different ones; fewer when the draw keeps repeating itself. */
export function several<T>(random: Random, draw: (random: Random) => T, count: number): T[] {
  const drawn = new Set<T>()
  for (let tries = 0; drawn.size < count && tries < count * 4; tries += 1) drawn.add(draw(random))
  return [...drawn]
}

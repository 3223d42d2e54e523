import data from './vocabularies/sizes.json' with { type: 'json' }

/** Two overlapping scales, coarse and fine; the intervals of employees they stand for are data, `sizes.json`. */
export const companySizes = [
  '1to50employees',
  '51to500employees',
  'Morethan500employees',
  '1to9employees',
  '10to50employees',
  '51to250employees',
  '251to1000employees',
  '1001to5000employees',
  '5001to10000employees',
  '10001to20000employees',
  'Morethan20000employees',
] as const
export type CompanySize = (typeof companySizes)[number]

export const sizesVersion: string = data.version

/** Whole numbers of employees, both ends included. */
interface Band {
  readonly from: number
  readonly to: number
}

const bands: ReadonlyMap<string, Band> = new Map(
  [...data.coarse, ...data.fine].map(({ size, from, to }) => [
    size,
    { from, to: to ?? Number.POSITIVE_INFINITY },
  ]),
)
const bits: ReadonlyMap<string, number> = new Map(companySizes.map((size, index) => [size, 1 << index]))

/**
 * Whether a partner's opt-out covers this customer: the whole band must lie inside the union of the opted-out bands.
 * A band that is covered in part may still hold a customer the partner wants, and an unknown size never hits.
 */
export function sizeOptOutHits(
  customerSize: CompanySize | null | undefined,
  optOut: readonly CompanySize[],
): boolean {
  return (compileSizeOptOut(optOut) & sizeBit(customerSize)) !== 0
}

/**
 * The sizes of customer an opt-out hits, as a mask over `companySizes` (bit i is the i-th). Compiled once a profile, a
 * test is `(mask & sizeBit(size)) !== 0`.
 */
export function compileSizeOptOut(optOut: readonly CompanySize[]): number {
  const covered = union(optOut.flatMap(size => bands.get(size) ?? []))
  let mask = 0
  for (const [size, band] of bands) {
    if (covered.some(({ from, to }) => from <= band.from && band.to <= to)) mask |= bits.get(size) ?? 0
  }
  return mask
}

/** Zero when the size is unknown, so that no mask hits it. */
export function sizeBit(size: CompanySize | null | undefined): number {
  return size === null || size === undefined ? 0 : (bits.get(size) ?? 0)
}

/** Joins bands that overlap or touch: 1 to 9 and 10 to 50 leave no whole number between them. */
function union(optedOut: readonly Band[]): readonly Band[] {
  const joined: Band[] = []
  for (const band of optedOut.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last !== undefined && band.from <= last.to + 1) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, band.to) }
    } else joined.push(band)
  }
  return joined
}

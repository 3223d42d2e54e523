import type { PartnerId } from '../domain/ids.ts'
import { type Counter, counters, visitCounts } from './buckets.ts'
import { type Evidence, noEvidence, type OpenOffers } from './evidence.ts'
import { one } from './millionths.ts'

/**
 * What rates read of a partner's evidence, by one half-life: all that a router holds of it, a tenth of the evidence. Both
 * give the same figures, as rates are read from this alone.
 */
export interface TrackRecord {
  /** Of the evidence: facts folded. */
  readonly version: number
  readonly halfLifeDays: number
  /** UTC days since 1970-01-01. */
  readonly latestDay: number
  /** Day of the latest deal accepted; null before the first. */
  readonly lastDeal: number | null
  /** By counter, in the order of `counters`: millionths, decayed to the latest day. */
  readonly sums: readonly number[]
  readonly open: readonly OpenOffers[]
}

const places = Object.fromEntries(counters.map((counter, place) => [counter, place])) as Record<
  Counter,
  number
>
const made = new WeakMap<Pick<Evidence, 'buckets'>, TrackRecord>()

/** The same object for the same evidence, as long as it is asked for by one half-life. */
export function trackRecordOf(
  evidence: Pick<Evidence, 'version' | 'buckets' | 'open'>,
  halfLifeDays: number,
): TrackRecord {
  const known = made.get(evidence)
  if (known?.halfLifeDays === halfLifeDays) return known
  const { version, buckets, open } = evidence
  const sums: number[] = counters.map(() => 0)
  const latestDay = buckets.latestDay ?? 0
  let lastDeal = null as number | null
  visitCounts(buckets, (at, counts) => {
    const weight = one * decay(latestDay - at, halfLifeDays)
    for (const counter in counts) {
      const place = places[counter as Counter]
      sums[place] = (sums[place] as number) + weight * (counts[counter as Counter] ?? 0)
    }
    if (counts.accepted !== undefined) lastDeal = Math.max(lastDeal ?? at, at)
  })
  const record = {
    version,
    halfLifeDays,
    latestDay,
    lastDeal,
    sums,
    open: open.length === 0 ? noOffers : open,
  }
  made.set(evidence, record)
  return record
}

const noOffers: readonly OpenOffers[] = []

/** All who have done nothing yet stand alike. */
export function noTrackRecord(halfLifeDays: number): TrackRecord {
  return trackRecordOf(newcomer, halfLifeDays)
}

const newcomer = noEvidence('anyone' as PartnerId)

/** By whole days of age, of the half-life last asked for: a process mostly has one. */
const decays = { halfLifeDays: Number.NaN, byAge: new Float64Array(0) }
const rememberedDays = 4096

/** `2^(−age / half-life)`, whole days; what lies ahead counts in full. */
export function decay(ageDays: number, halfLifeDays: number): number {
  if (ageDays <= 0) return 1
  if (halfLifeDays !== decays.halfLifeDays) {
    decays.halfLifeDays = halfLifeDays
    decays.byAge = Float64Array.from({ length: rememberedDays }, (_, age) => 2 ** (-age / halfLifeDays))
  }
  return decays.byAge[ageDays] ?? 2 ** (-ageDays / halfLifeDays)
}

/** A counter's decayed sum as of a record's latest day. */
export function sumIn({ sums }: TrackRecord, counter: Counter): number {
  return sums[places[counter]] as number
}

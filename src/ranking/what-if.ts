import type { PartnerId } from '../domain/ids.ts'
import type { Profile } from '../domain/profile.ts'
import { day, hour } from '../domain/time.ts'
import { askedTerms, countedTerms } from './asked.ts'
import { type Bucket, type Buckets, type Counts, dayOf, joinBuckets } from './buckets.ts'
import { type Evidence, type Fact, fold } from './evidence.ts'
import { foldInterest } from './interest.ts'
import { foldPopulation } from './population.ts'
import { hourOf } from './rates.ts'
import type { Situation } from './standing.ts'
import { trackRecordOf } from './track-record.ts'

/**
 * Calls `work` with the situation as it would be with another profile of the same id, published. The index is changed
 * for as long as that takes.
 */
export function withProfile<T>(situation: Situation, profile: Profile, work: (changed: Situation) => T): T {
  const { index, full } = situation
  const before = index.get(profile.profileId)
  if (before === undefined) throw new Error(`no profile ${profile.profileId}`)
  index.put(profile, 'published')
  try {
    // Its limit was raised, if that is what was changed, by as much as is needed.
    const raised = profile.maxOpenReferrals !== before.profile.maxOpenReferrals
    return work(raised ? { ...situation, full: id => id !== profile.profileId && full(id) } : situation)
  } finally {
    index.put(before.profile, before.state)
  }
}

/** With `n` deals more like this one: offered yesterday, accepted within the day, nothing told of them yet. */
export function withDeals<T>(
  situation: Situation,
  partnerId: PartnerId,
  n: number,
  work: (changed: Situation) => T,
): T {
  const { rfi, now, interests } = situation
  const routedAt = now - day
  const common = { routedAt, expiresAt: now + 13 * day, notifiable: true, kind: null }
  const facts: readonly Fact[] = [
    { ...common, type: 'offered', answerTime: 0 },
    { ...common, type: 'accepted', answerTime: day },
  ]
  let evidence = situation.evidenceOf(partnerId)
  let { population } = situation
  for (let deal = 0; deal < n; deal += 1)
    for (const fact of facts) {
      population = foldPopulation(population, fact, evidence)
      evidence = fold(evidence, fact)
    }
  const terms = countedTerms(askedTerms(rfi))
  const known = situation.interestOf(partnerId)
  const learnt = foldInterest(
    known,
    Array.from({ length: n }, () => ({ fact: facts[1] as Fact, terms })),
    hash => situation.apartOf?.(partnerId, hash),
  )
  interests.apply(learnt.interest)
  try {
    return work({ ...situation, population, ...instead(situation, evidence) })
  } finally {
    interests.apply(known)
  }
}

/** What of a partner's past could have gone better, the best to change first; each is worth one `n`. */
export type Shift = { readonly in: 'days' | 'months' | 'older'; readonly at: number; readonly counts: Counts }

const answered: Counts = { answered: 1, answeredInDay: 1, declinedCustomer: 1, expired: -1, silent: -1 }
const answeredSooner: Counts = { answeredInDay: 1 }

/**
 * Its offers that were left to expire, as if declined within a day for a reason of the customer's (which counts for
 * nothing but the answer), and its late answers, as if given within one: the latest first, as they count most. At most
 * `most`.
 */
export function unanswered({ buckets }: Evidence, most: number): readonly Shift[] {
  const shifts: Shift[] = []
  const look = (where: Shift['in'], { at, counts }: Bucket) => {
    const late = (counts.answered ?? 0) - (counts.answeredInDay ?? 0) - (counts.declinedSpam ?? 0)
    for (let each = 0; each < (counts.silent ?? 0) && shifts.length < most; each += 1)
      shifts.push({ in: where, at, counts: answered })
    for (let each = 0; each < late && shifts.length < most; each += 1)
      shifts.push({ in: where, at, counts: answeredSooner })
  }
  for (const bucket of buckets.days.toReversed()) look('days', bucket)
  for (const bucket of buckets.months.toReversed()) look('months', bucket)
  if (buckets.older !== null) look('older', { at: 0, counts: buckets.older.counts })
  return shifts
}

export function withShifts<T>(
  situation: Situation,
  partnerId: PartnerId,
  shifts: readonly Shift[],
  work: (changed: Situation) => T,
): T {
  const evidence = situation.evidenceOf(partnerId)
  const shifted = (buckets: Buckets) =>
    shifts.reduce((sum, shift) => joinBuckets(sum, asBuckets(shift, evidence.buckets.latestDay)), buckets)
  return work({
    ...situation,
    population: { ...situation.population, buckets: shifted(situation.population.buckets) },
    ...instead(situation, { ...evidence, buckets: shifted(evidence.buckets) }),
  })
}

function asBuckets({ in: where, at, counts }: Shift, latestDay: number | null): Buckets {
  const none: Buckets = { latestDay, days: [], months: [], older: null }
  if (where === 'older') return { ...none, older: { daySum: 0, counts } }
  return { ...none, [where]: [{ at, counts }] }
}

/** How many offers wait for the partner's answer. */
export function waitingIn({ open }: Evidence, now: number): number {
  return open.reduce((sum, { expiresHour, count }) => (expiresHour > hourOf(now) ? sum + count : sum), 0)
}

/** With `n` fewer offers waiting, the soonest to expire first, as if they had never been made. */
export function withFewerWaiting<T>(
  situation: Situation,
  partnerId: PartnerId,
  n: number,
  work: (changed: Situation) => T,
): T {
  const evidence = situation.evidenceOf(partnerId)
  const shifts: Shift[] = []
  let left = n
  const open = evidence.open.flatMap(entry => {
    if (entry.expiresHour <= hourOf(situation.now) || left <= 0) return [entry]
    const taken = Math.min(left, entry.count)
    left -= taken
    const at = dayOf(entry.routedHour * hour)
    shifts.push({ in: 'days', at, counts: { offered: -taken } })
    return taken === entry.count ? [] : [{ ...entry, count: entry.count - taken }]
  })
  const fewer = { ...situation, ...instead(situation, { ...evidence, open }) }
  return withShifts(fewer, partnerId, shifts, work)
}

function instead(
  { evidenceOf, recordOf, release }: Situation,
  evidence: Evidence,
): Pick<Situation, 'evidenceOf' | 'recordOf'> {
  const record = trackRecordOf(evidence, release.parameters.halfLifeDays)
  return {
    evidenceOf: partnerId => (partnerId === evidence.partnerId ? evidence : evidenceOf(partnerId)),
    recordOf: partnerId => (partnerId === evidence.partnerId ? record : recordOf(partnerId)),
  }
}

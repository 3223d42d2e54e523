import type { PartnerId } from '../domain/ids.ts'
import { addMoney, type Sums } from '../domain/money.ts'
import { type Timestamp, toTimestamp } from '../domain/time.ts'
import { type Counts, totals } from '../ranking/buckets.ts'
import { bucketsIn } from '../ranking/interest.ts'
import { hourOf } from '../ranking/rates.ts'
import { basisUnder, compile, reasonsOf } from '../ranking/score.ts'
import {
  type EvidenceSummary,
  evidenceSummary,
  type Rates,
  ratesOf,
  visibilityOf,
} from '../ranking/visibility.ts'
import type { Tables } from '../roles/tables.ts'
import type { Backend } from './backend.ts'
import { evidenceOf, interestOf } from './current-tables.ts'
import { inboxPage, tabs } from './inbox-page.ts'
import type { PartLine } from './part-table.ts'
import { type InWords, keyInWords, writtenIn } from './term-words.ts'

/** One partner against all. */
export interface Scorecard {
  readonly partnerId: PartnerId
  readonly names: readonly string[]
  /** What `now` is; visibility is reckoned by the hour. */
  readonly at: Timestamp
  readonly visibility: {
    /** Millionths, as are all figures of `parts`. */
    readonly visibility: number
    readonly weightsId: string
    readonly asOf: Timestamp
    readonly parts: readonly PartLine[]
  }
  readonly evidence: EvidenceSummary
  /** ms: within this half of its answers came; and half of everybody's. */
  readonly medianAnswerTime: { readonly own: number | null; readonly population: number | null }
  readonly rates: Rates
  /** What is asked for that it answered most, undecayed. */
  readonly interests: readonly {
    readonly term: string
    /** As a request of its latest has it; the key in words where none does. */
    readonly words: string
    readonly counts: Counts
  }[]
  /** The soonest to expire first. */
  readonly waiting: readonly {
    readonly referralId: string
    readonly title: string
    readonly routedAt: Timestamp
    readonly expiresAt: Timestamp
  }[]
  /** Deals accepted and not ended, and what they are worth as far as the partner told. */
  readonly open: { readonly deals: number; readonly value: Sums }
}

const strongest = 10
/** Requests that words are looked for in, the latest. */
const latestRequests = 50

/** Null for a partner of whom nothing is known. `at` in ms since 1970. */
export async function scorecardOf(
  store: Backend['store'],
  tables: Tables,
  { partnerId, at }: { readonly partnerId: PartnerId; readonly at: number },
): Promise<Scorecard | null> {
  const { release, population } = tables
  const evidence = await evidenceOf(store, partnerId)
  const profiles = tables.index.ofPartner(partnerId)
  if (profiles.length === 0 && evidence.version === 0) return null
  const { visibility, parts, weightsId, asOf } = visibilityOf(evidence, population, release, at)
  const reasons = reasonsOf(parts, basisUnder(release, population, hourOf(at)))
  const rows = await store.find('inbox', { where: { partnerId, tab: { in: ['new', 'active'] } } })
  const active = rows.filter(({ tab }) => tab === 'active')
  const { terms } = await interestOf(store, partnerId)
  const inWords = await wordsIn(store, partnerId)
  const summary = evidenceSummary(evidence, population, release, at)
  const everybody = {
    ...evidence,
    buckets: population.buckets,
    answerTimes: population.answerTimes,
    open: [],
  }
  return {
    partnerId,
    at: toTimestamp(at),
    names: profiles.map(({ profile, state }) => `${profile.name}, ${profile.country}, ${state}`),
    visibility: {
      ...{ visibility, weightsId, asOf: toTimestamp(asOf) },
      parts: compile(release)
        .partner.map(({ name, weight }) => ({
          ...{ feature: name, weight, reason: reasons[name] ?? '' },
          ...{ value: parts[name]?.value ?? 0, contribution: parts[name]?.contribution ?? 0 },
        }))
        .sort((one, other) => other.contribution - one.contribution),
    },
    evidence: summary,
    medianAnswerTime: {
      own: summary.medianAnswerTime,
      population: evidenceSummary(everybody, population, release, at).medianAnswerTime,
    },
    rates: ratesOf(evidence, population, release, at),
    interests: terms
      .toSorted((one, other) => other.weight - one.weight || (one.term < other.term ? -1 : 1))
      .slice(0, strongest)
      .map(interest => ({
        ...{ term: interest.term, words: inWords(interest.term) },
        counts: totals(bucketsIn(interest)),
      })),
    waiting: rows
      .filter(({ tab }) => tab === 'new')
      .flatMap(({ _id, referral, routed }) => {
        if (referral === null) return []
        const { title = null, keywords = [] } = routed?.need ?? {}
        const { routedAt, expiresAt } = referral
        return [{ referralId: _id, title: title ?? keywords.join(', '), routedAt, expiresAt }]
      })
      .sort(
        (one, other) => compare(one.expiresAt, other.expiresAt) || compare(one.referralId, other.referralId),
      ),
    open: {
      deals: active.length,
      value: active
        .flatMap(({ referral }) => referral?.engagement?.value ?? [])
        .reduce<Sums>((sum, value) => addMoney(sum, value), {}),
    },
  }
}

/** Terms are learnt as keys: the words behind them stand in what was asked of the partner. */
async function wordsIn(store: Backend['store'], partnerId: PartnerId): Promise<InWords> {
  const asked = { partnerId, tabs, limit: latestRequests, after: null, search: null }
  const { rows } = await inboxPage(store, asked)
  const found = rows.flatMap(({ routed }) => (routed === null ? [] : [writtenIn(routed)]))
  return term => found.find(written => written.has(term))?.get(term) ?? keyInWords(term)
}

/** Whatever the store gives first: many expire together. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}

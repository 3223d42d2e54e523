import type { PartnerId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import { toTimestamp } from '../domain/time.ts'
import { ProfileIndex } from '../matching/profile-index.ts'
import { queryOf } from '../matching/query.ts'
import type { RefusalCode } from '../matching/refusals.ts'
import type { Term } from '../matching/terms.ts'
import { askedTerms, countedTerms } from '../ranking/asked.ts'
import { type FeatureName, featureNames } from '../ranking/catalogue.ts'
import type { Estimates } from '../ranking/estimates.ts'
import { type Evidence, type Fact, fold, noEvidence } from '../ranking/evidence.ts'
import { hashOf } from '../ranking/hash.ts'
import {
  foldInterest,
  type Interest,
  interestCounts,
  noInterest,
  type TermInterest,
} from '../ranking/interest.ts'
import { InterestTable } from '../ranking/interest-table.ts'
import { multiply, one } from '../ranking/millionths.ts'
import { foldPopulation, noPopulation } from '../ranking/population.ts'
import { rankAll } from '../ranking/rank-all.ts'
import type { Release } from '../ranking/release.ts'
import { compile, type Parts } from '../ranking/score.ts'
import { noTrackRecord, trackRecordOf } from '../ranking/track-record.ts'
import type { Chances, FeatureParts, Learnt, RankedRfi, Ranker } from './ranker.ts'

/** Ranks as the worker does under a release, with its tables in memory and fed by what is learnt. */
export function releaseRanker(release: Release): Ranker {
  const features = featureNames.filter(name => release.features[name] !== 0)
  const weighed = compile(release)
  const columnOf = ({ name }: { readonly name: FeatureName }) => features.indexOf(name)
  const columns = { pair: weighed.pair.map(columnOf), partner: weighed.partner.map(columnOf) }
  const index = new ProfileIndex()
  const evidence = new Map<PartnerId, Evidence>()
  const interests = new InterestTable(release.parameters.halfLifeDays)
  const interestsLearnt = interestLearner(interests)
  let population = noPopulation
  return {
    features,
    know: profile => index.put(profile, profile.state),
    learn(learnt) {
      const { rfi, partnerId } = learnt.life
      const fact = factOf(learnt)
      const before = evidence.get(partnerId) ?? noEvidence(partnerId)
      evidence.set(partnerId, fold(before, fact))
      population = foldPopulation(population, fact, before)
      interestsLearnt.add(partnerId, fact, rfi)
    },
    rank(rfi, at, { asked, full }) {
      const refusal = refusedWhole(rfi, at)
      if (refusal !== null) return refused(refusal)
      interestsLearnt.fold()
      const query = queryOf(rfi)
      const { halfLifeDays } = release.parameters
      const recordOf = (partnerId: PartnerId) => {
        const known = evidence.get(partnerId)
        // Most of many partners have done nothing yet: all of them stand alike.
        return known === undefined ? noTrackRecord(halfLifeDays) : trackRecordOf(known, halfLifeDays)
      }
      const tables = { index, recordOf, interests, population, release }
      const { entries, candidates, refusalOf, inFull } = rankAll({
        rfi,
        query,
        ...tables,
        now: at,
        excluded: asked,
        full,
      })
      const entryAt = (place: number) => {
        const entry = entries[place]
        if (entry === undefined) throw new Error(`nobody is ranked at ${place}`)
        return entry
      }
      return {
        partners: entries.map(({ pair, score }) => ({ partnerId: pair.profile.partnerId, score })),
        candidates,
        refusalOf: partnerId => refusalOf(partnerId) ?? 'not-chosen',
        inFull: place => {
          const full = inFull(entryAt(place))
          return { estimates: chancesOf(full.estimates), features: featureParts(features, full.features) }
        },
        contributions: place => {
          const { pair, standing } = entryAt(place)
          const own = new Array<number>(features.length).fill(0)
          for (const [at, { feature, weight }] of weighed.pair.entries())
            own[columns.pair[at] ?? 0] = multiply(weight, feature.value(feature.inputs(pair), pair.basis))
          for (const [at, { feature, weight }] of weighed.partner.entries())
            own[columns.partner[at] ?? 0] = multiply(
              weight,
              feature.value(feature.inputs(standing.tally), pair.basis),
            )
          return own
        },
      }
    },
  }
}

/**
 * Keeps what was learnt until a ranking wants it, and folds it then, a partner's facts at once: where nothing is ranked in
 * between, thousands cost little more than one.
 */
function interestLearner(table: InterestTable) {
  const held = new Map<PartnerId, Interest>()
  const apart = new Map<PartnerId, Map<number, TermInterest>>()
  const waiting = new Map<PartnerId, { readonly fact: Fact; readonly terms: readonly Term[] }[]>()
  return {
    add(partnerId: PartnerId, fact: Fact, rfi: Rfi): void {
      if (interestCounts(fact) === null) return
      const counted = { fact, terms: termsIn(rfi) }
      const others = waiting.get(partnerId)
      if (others === undefined) waiting.set(partnerId, [counted])
      else others.push(counted)
    },
    fold(): void {
      for (const [partnerId, facts] of waiting) {
        const own = apart.get(partnerId) ?? new Map<number, TermInterest>()
        const folded = foldInterest(held.get(partnerId) ?? noInterest(partnerId), facts, hash =>
          own.get(hash),
        )
        for (const term of folded.apart) own.set(term.hash, term)
        for (const hash of folded.joined) own.delete(hash)
        apart.set(partnerId, own)
        held.set(partnerId, folded.interest)
        const changed = new Set(facts.flatMap(({ terms }) => terms.map(hashOf)))
        table.apply(folded.interest, [...changed, ...folded.apart.map(({ hash }) => hash)])
      }
      waiting.clear()
    },
  }
}

const known = new WeakMap<Rfi, readonly Term[]>()

/** What an RFI's answers are counted under: the same for each of its referrals, and some have many. */
function termsIn(rfi: Rfi): readonly Term[] {
  const terms = known.get(rfi) ?? countedTerms(askedTerms(rfi))
  known.set(rfi, terms)
  return terms
}

/** Refused once for the RFI, whoever the partners are: as live routing does. */
function refusedWhole(rfi: Rfi, at: number): RefusalCode | null {
  if (!rfi.consent.shareWithPartners) return 'no-consent'
  return rfi.expiresAt !== null && rfi.expiresAt <= toTimestamp(at) ? 'already-expired' : null
}

function refused(code: RefusalCode): RankedRfi {
  const nobody = () => {
    throw new Error('nobody is ranked')
  }
  return { partners: [], candidates: 0, refusalOf: () => code, inFull: nobody, contributions: nobody }
}

function factOf({ life, notifiable, answerTime, ...lesson }: Learnt): Fact {
  const { offeredAt: routedAt, expiresAt } = life
  const common = { routedAt, expiresAt, notifiable, answerTime }
  switch (lesson.type) {
    case 'accepted':
      return { ...common, type: lesson.type, kind: null, reported: lesson.reported }
    case 'declined':
    case 'lost':
      return { ...common, type: lesson.type, kind: lesson.kind }
    default:
      return { ...common, type: lesson.type, kind: null }
  }
}

function chancesOf({ answer1h, answer24h, accept, win }: Estimates): Chances {
  return {
    answer1h: answer1h.chance / one,
    answer24h: answer24h.chance / one,
    accept: accept.chance / one,
    win: win.chance / one,
  }
}

function featureParts(names: readonly FeatureName[], parts: Parts): FeatureParts {
  return Object.fromEntries(
    names.flatMap(name => {
      const part = parts[name]
      return part === undefined ? [] : [[name, { value: part.value, contribution: part.contribution }]]
    }),
  )
}

import { companySizes } from '../src/domain/sizes.ts'
import regionData from '../src/domain/vocabularies/regions.json' with { type: 'json' }
import { vocabulary } from '../src/domain/vocabulary.ts'
import { lexiconOf } from './lexicon.ts'
import { between, type Random, seeded, several, zipf } from './random.ts'

/**
 * Profiles and RFIs as producers send them (the shapes of `partner-profiles` and `rfis`), made up from a seed: words, ids
 * and countries by Zipf's law, several languages and scripts, partners in several countries.
 */
export interface Generated {
  /** How many countries, the largest first; at most, and by default, 59. */
  readonly countries?: number
  /** How many partners share the profiles, at most one for each country. Default: two profiles each. */
  readonly partners?: number
}

interface Market {
  readonly country: string
  readonly language: string
  readonly regions: readonly string[]
}

/** Language → countries; the order of all countries, the largest market first, is `sizes`. */
const speakers: { readonly [language: string]: string } = {
  en: 'US GB CA AU IN ZA IE NZ SG PH NG KE MY GH JM TT PK LK',
  de: 'DE AT CH LI LU',
  fr: 'FR BE CI SN CM MA TN DZ',
  es: 'ES MX CO AR CL PE EC UY CR PA GT DO BO PY',
  it: 'IT SM',
  pt: 'BR PT AO MZ CV',
  nl: 'NL SR CW',
  sv: 'SE FI AX',
  ja: 'JP',
}

const sizes =
  'US DE GB FR JP BR IN IT CA ES AU NL MX CH SE BE AT PT CO ZA AR IE CL SG FI NZ PE MA NG PH MY LU TN EC CR KE UY PK GT DO PA DZ LK GH CI BO SN CM AO PY TT JM MZ CV SR LI CW SM AX'

const firstDay = Date.UTC(2026, 0, 1)
const draws = {
  industries: zipf(vocabulary.industries, 0.7),
  products: zipf(vocabulary.products, 0.9),
  services: zipf(vocabulary.services, 0.7),
  solutions: zipf(vocabulary.solutions, 0.7),
  sizes: zipf(companySizes, 0.3),
}

export function* generateProfiles(count: number, seed: number, options: Generated = {}) {
  const random = seeded(seed)
  const markets = marketsOf(options)
  const partners = options.partners ?? Math.max(1, Math.ceil(count / 2))
  if (partners * markets.length < count)
    throw new RangeError(`${partners} partners are too few for ${count} profiles`)
  const home = zipf(
    markets.map((_, rank) => rank),
    0.8,
  )
  const homes = Uint8Array.from({ length: partners }, () => home(random))
  for (let index = 0; index < count; index += 1) {
    const partner = index % partners
    const market = at(markets, ((homes[partner] ?? 0) + Math.floor(index / partners)) % markets.length)
    yield profileOf(random, market, `p${partner}`, index)
  }
}

export function* generateRfis(count: number, seed: number, options: Generated = {}) {
  const random = seeded(seed)
  const market = zipf(marketsOf(options), 0.8)
  for (let index = 0; index < count; index += 1) yield rfiOf(random, market(random), index)
}

function marketsOf({ countries = 59 }: Generated): readonly Market[] {
  const data: { readonly [country: string]: readonly string[] } = regionData.regions
  const languages = new Map(
    Object.entries(speakers).flatMap(([language, list]) =>
      list.split(' ').map(country => [country, language]),
    ),
  )
  return sizes
    .split(' ')
    .slice(0, countries)
    .map(country => ({
      country,
      language: languages.get(country) ?? 'en',
      regions: (data[country]?.[0] ?? '').split('|').map(entry => `${country}-${entry.split(' ')[0]}`),
    }))
}

function profileOf(random: Random, { country, language, regions }: Market, partnerId: string, index: number) {
  const words = wordsIn(language)
  const region = zipf(regions, 0.6)
  const profileId = `${partnerId}/${country}`
  const locations = Array.from({ length: random() < 0.8 ? 1 : between(random, 2, 5) }, (_, place) => ({
    locationId: `${profileId}/${place}`,
    city: `City ${between(random, 1, 40)}`,
    region: region(random),
    contact: { email: `sales@${partnerId}.example`, disableNotifications: random() < 0.05 },
  }))
  return {
    profileId,
    partnerId,
    occurredAt: new Date(firstDay + index).toISOString(),
    name: `Partner ${partnerId}`,
    country,
    state: 'published',
    locations,
    serves: { regions: random() < 0.5 ? [] : several(random, region, between(random, 1, 4)) },
    tags: {
      ...idsOf(random, 3),
      keywords: Array.from({ length: between(random, 2, 10) }, () =>
        phrase(random, words.trade, between(random, 1, 3)),
      ),
    },
    sizeOptOut: random() < 0.8 ? [] : several(random, draws.sizes, between(random, 1, 3)),
    maxOpenReferrals: random() < 0.9 ? null : between(random, 1, 20),
    locale: random() < 0.7 ? `${language}-${country}` : null,
    description: null,
    website: `https://${partnerId}.example`,
  }
}

function rfiOf(random: Random, { country, language, regions }: Market, index: number) {
  const words = wordsIn(language)
  return {
    rfiId: `rfi-${index}`,
    occurredAt: new Date(firstDay + index * 1000).toISOString(),
    channel: any(random, ['marketing', 'seller', 'customer-search']),
    customer: {
      name: `Customer ${index}`,
      country,
      region: random() < 0.7 ? zipf(regions, 0.6)(random) : null,
      city: `City ${between(random, 1, 40)}`,
      size: random() < 0.8 ? draws.sizes(random) : null,
      locale: random() < 0.7 ? `${language}-${country}` : null,
      contact: { firstName: 'Ana', lastName: `Reis ${index}`, email: `ana${index}@customer.example` },
    },
    need: {
      title: phrase(random, words.trade, between(random, 2, 5)),
      description: sentence(random, language, between(random, 12, 36)),
      keywords: Array.from({ length: between(random, 0, 4) }, () =>
        phrase(random, words.trade, between(random, 1, 2)),
      ),
      ...idsOf(random, 2),
    },
    budget: random() < 0.6 ? { amount: `${between(random, 1, 200) * 1000}`, currency: 'EUR' } : null,
    maxPartners: 5,
    contactMeDirectly: random() < 0.3,
    consent: { shareWithPartners: true, contact: true },
    test: false,
  }
}

type Draw = (random: Random) => string

const wordDraws = new Map<string, { readonly trade: Draw; readonly general: Draw }>()

/** Made once a language: the tables behind them are as long as the lexicon. */
function wordsIn(language: string) {
  const known = wordDraws.get(language)
  if (known !== undefined) return known
  const { words, generalWords } = lexiconOf(language)
  // The commonest word of trade is in one profile of six or so.
  const made = { trade: zipf(words, 1, 10), general: zipf(generalWords, 1, 10) }
  wordDraws.set(language, made)
  return made
}

function idsOf(random: Random, most: number) {
  return {
    industries: several(random, draws.industries, between(random, 0, most)),
    products: several(random, draws.products, between(random, 0, most + 1)),
    services: several(random, draws.services, between(random, 0, most)),
    solutions: several(random, draws.solutions, between(random, 0, most)),
  }
}

function phrase(random: Random, word: Draw, length: number): string {
  return Array.from({ length }, () => word(random)).join(' ')
}

/** Two words in three are of no trade. */
function sentence(random: Random, language: string, length: number): string {
  const { littleWords } = lexiconOf(language)
  const { trade, general } = wordsIn(language)
  const parts = Array.from({ length }, () => {
    const kind = random()
    return kind < 0.4 ? any(random, littleWords) : kind < 0.67 ? general(random) : trade(random)
  })
  return `${parts.join(language === 'ja' ? '' : ' ')}.`
}

function any<T>(random: Random, list: readonly T[]): T {
  return at(list, between(random, 0, list.length - 1))
}

function at<T>(list: readonly T[], index: number): T {
  return list[index] as T
}

import { asSeen, withoutPiles } from './marks.ts'
import data from './vocabularies/regions.json' with { type: 'json' }

/**
 * Regions are ISO 3166-2 codes where they can be told, else free text. Names are the standard's own (`Bayern`, not
 * `Bavaria`); a name that several codes of one level bear (a town and the district around it) is not guessed at and
 * stays text. A name borne on two levels is the larger region's.
 */
export const regionsVersion: string = data.version

/** By country, one string a level of subdivision, the larger first: `01 Aveiro|02 Beja|…`, codes less the country. */
const levels: { readonly [country: string]: readonly string[] } = data.regions

type Lookup = ReadonlyMap<string, string>
const lookups = new Map<string, Lookup>()

/**
 * The ISO 3166-2 code of a region given by code (`PT-11`, `pt 11`, `11`) or name, else the text folded. The two can't be
 * confused: folded text has no capitals and no hyphen. Empty when the text says nothing.
 */
export function normalizeRegion(country: string, whole: string): string {
  const text = whole.slice(0, longestName)
  const lookup = lookupOf(country)
  if (lookup === undefined) return foldText(text)
  const exact = lookup.get(text)
  if (exact !== undefined) return exact
  const folded = foldText(text)
  return lookup.get(folded) ?? folded
}

/** Thrice the longest there is; what follows tells no two regions apart. UTF-16 units. */
const longestName = 300

/** Within one country. Text that says nothing is no region, and so is the same as none. */
export function sameRegion(country: string, one: string, other: string): boolean {
  const normalized = normalizeRegion(country, one)
  return normalized !== '' && normalized === normalizeRegion(country, other)
}

// Letters that NFKD leaves whole though their writers type them plain.
const plain: { readonly [letter: string]: string } = { ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe', ς: 'σ' }

/**
 * What is left of a name when spelling habits are taken away: case, compatibility forms, the diacritics of Latin, Greek
 * and Cyrillic (vowel signs of other scripts carry meaning and stay), apostrophes, what is unseen; everything else that is neither
 * letter nor digit is one space. Folding twice changes nothing.
 */
export function foldText(text: string): string {
  return withoutPiles(asSeen(text))
    .replaceAll('´', '') // before NFKD makes it a space and an accent
    .normalize('NFKD')
    .replace(/['’‘`ʹʺʻʼʽ]/g, '')
    .replace(/[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]/g, '')
    .toLowerCase()
    .toUpperCase() // through small letters to capitals and back: `ẞ` and `ß` become `ss`, `ı` becomes `i`
    .toLowerCase()
    .replace(/[øłđæœς]/g, letter => plain[letter] ?? letter)
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
    .normalize('NFC')
}

/** Built on first use: most workers meet few countries. */
function lookupOf(country: string): Lookup | undefined {
  const built = lookups.get(country)
  if (built !== undefined) return built
  if (!Object.hasOwn(levels, country)) return undefined
  const lookup = build(country, levels[country] ?? [])
  lookups.set(country, lookup)
  return lookup
}

interface Region {
  readonly code: string
  readonly name: string
}

/** Earlier keys win: names, the larger region's first; codes with and without the country; other ways to say a name. */
function build(country: string, texts: readonly string[]): Lookup {
  const byLevel = texts.map(text => text.split('|').map(entry => parseRegion(country, entry)))
  const regions = byLevel.flat()
  const keys = new Map<string, string | null>()
  for (const level of byLevel) claim(keys, level, ({ name }) => [name])
  claim(keys, regions, ({ code }) => [code, code.slice(country.length + 1)])
  for (const level of byLevel) claim(keys, level, ({ name }) => otherWays(name))
  for (const { code } of regions) keys.set(code, code)
  return new Map([...keys].filter((entry): entry is [string, string] => entry[1] !== null))
}

function parseRegion(country: string, entry: string): Region {
  const space = entry.indexOf(' ')
  return { code: `${country}-${entry.slice(0, space)}`, name: entry.slice(space + 1) }
}

/** Puts a round of keys on; one that two regions of the round want is nobody's, now and later. */
function claim(
  keys: Map<string, string | null>,
  regions: readonly Region[],
  textsOf: (region: Region) => readonly string[],
): void {
  const round = new Map<string, string | null>()
  for (const region of regions) {
    for (const text of textsOf(region)) {
      const key = foldText(text)
      const holder = round.get(key)
      round.set(key, holder === undefined || holder === region.code ? region.code : null)
    }
  }
  for (const [key, code] of round) if (key !== '' && !keys.has(key)) keys.set(key, code)
}

/**
 * `Madrid, Comunidad de` is also `Madrid` and `Comunidad de Madrid`; `Haute-Sangha / Mambéré-Kadéï` is either one, and
 * so is `Puducherry (Pondicherry)`. Other brackets (`(EH-partial)`, `(stolitsa)`) name nothing.
 */
function otherWays(name: string): readonly string[] {
  const bare = name.replace(/\s*\([^)]*\)/g, '')
  const bracketed = /\((\p{Lu}\p{Ll}[^)]*)\)/u.exec(name)?.[1] ?? bare
  const parts = bare.split(/\s*[,/]\s*/).filter(part => part !== '')
  const [first = '', second = ''] = parts
  if (parts.length !== 2) return [bare, bracketed]
  return [bare, bracketed, first, bare.includes('/') ? second : `${second} ${first}`]
}

/**
 * Writes the vocabularies that come from elsewhere: countries and regions from the package iso-3166, currencies from
 * this Node's own CLDR. With `--check` it writes nothing and exits 1 when a committed file is not what it would write.
 */
import { existsSync, readFileSync } from 'node:fs'
import { iso31661, iso31662 } from 'iso-3166'
import { type Generated, runScript } from './generated.ts'

const folder = new URL('../src/domain/vocabularies/', import.meta.url)

const generatedFiles = ['countries.json', 'regions.json', 'currencies.json'] as const
type GeneratedFile = (typeof generatedFiles)[number]

/** The text of one file; the same on every machine for the same iso-3166 and CLDR. */
function generate(file: GeneratedFile): string {
  switch (file) {
    case 'countries.json':
      return render({ ...isoSource(), countries: iso31661.map(country => country.alpha2).sort() })
    case 'regions.json':
      return render({ ...isoSource(), regions: regionsByCountry() })
    case 'currencies.json':
      return render({ ...cldrSource(), digits: digitsByCurrency() })
  }
}

export const vocabularies: Generated = {
  script: 'scripts/vocabularies.ts',
  folder,
  files: () => new Map(generatedFiles.map(file => [file, generate(file)])),
  // Sizes, reasons and terms are kept by hand.
  alone: false,
  /** Another Node may bring another CLDR. */
  incomparable(file) {
    const path = new URL(file, folder)
    if (file !== 'currencies.json' || !existsSync(path)) return null
    return JSON.parse(readFileSync(path, 'utf8')).version === cldrSource().version
      ? null
      : "it was written with another CLDR than this Node's"
  },
}

function isoSource() {
  const manifest = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  const license = readFileSync(packageFile('license'), 'utf8')
  return {
    version: `iso-3166 ${manifest.version}`,
    source: 'https://github.com/wooorm/iso-3166, MIT',
    license: license.replace(/\s+/g, ' ').trim(),
  }
}

function packageFile(name: string): URL {
  return new URL(name, import.meta.resolve('iso-3166'))
}

function cldrSource() {
  return {
    version: `CLDR ${process.versions.cldr}`,
    source: 'https://cldr.unicode.org through Intl, Unicode License V3',
  }
}

function digitsByCurrency(): { [currency: string]: number } {
  return Object.fromEntries(
    Intl.supportedValuesOf('currency').map(currency => {
      const format = new Intl.NumberFormat('en', { style: 'currency', currency })
      return [currency, format.resolvedOptions().maximumFractionDigits ?? 2]
    }),
  )
}

/** `{ "PT": ["01 Aveiro|02 Beja|…"] }`: one string a level, the larger regions first. */
function regionsByCountry(): { [country: string]: string[] } {
  const parents = new Map(iso31662.map(region => [region.code, region.parent]))
  const countries: { [country: string]: string[][] } = {}
  for (const { code, name } of iso31662.toSorted((a, b) => (a.code < b.code ? -1 : 1))) {
    if (/[|\n]/.test(name)) throw new Error(`${code} has a name that would break the format`)
    let level = 0
    for (let up = parents.get(code); up?.includes('-'); up = parents.get(up)) level += 1
    const country = code.slice(0, 2)
    countries[country] ??= []
    const levels = countries[country]
    while (levels.length <= level) levels.push([])
    levels[level]?.push(`${code.slice(3)} ${name}`)
  }
  return Object.fromEntries(
    Object.entries(countries).map(([country, levels]) => [
      country,
      levels.filter(level => level.length > 0).map(level => level.join('|')),
    ]),
  )
}

/** One line a member, and a line for each country: small, and its changes can still be read. */
function render(content: { [member: string]: unknown }): string {
  const members = Object.entries(content).map(([name, value]) => {
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value)
    return `  ${JSON.stringify(name)}: ${nested ? renderLines(value) : JSON.stringify(value)}`
  })
  return `{\n${members.join(',\n')}\n}\n`
}

function renderLines(content: object): string {
  const lines = Object.entries(content).map(
    ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  )
  return `{\n${lines.join(',\n')}\n  }`
}

if (import.meta.main) runScript(vocabularies)

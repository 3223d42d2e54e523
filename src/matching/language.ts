type CountryCode = string

/** Where a language that has a stemmer or stop words here is spoken in business, widely if not by all. */
const spokenIn: { readonly [language: string]: string } = {
  en: `AE AG AI AS AU BB BM BS BW BZ CA CK CM DM FJ FK FM GB GD GG GH GI GM GU GY HK IE IM IN JE JM KE KI KN KY LC LK LR
    LS MH MP MS MT MU MW MY NA NF NG NR NU NZ PG PH PK PN PW RW SB SC SG SH SL SS SX SZ TC TO TT TV TZ UG US VC VG VI VU
    WS ZA ZM ZW`,
  fr: 'BE BF BI BJ BL CA CD CF CG CH CI CM DJ DZ FR GA GF GN GP HT KM LU MA MC MF MG ML MQ MU NC NE PF PM RE SN TD TG TN WF YT',
  de: 'AT BE CH DE LI LU',
  es: 'AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV US UY VE',
  it: 'CH IT SM VA',
  pt: 'AO BR CV GW MO MZ PT ST TL',
  nl: 'AW BE BQ CW NL SR SX',
  sv: 'AX FI SE',
  no: 'BV NO SJ',
  da: 'DK FO GL',
  fi: 'FI',
  pl: 'PL',
  cs: 'CZ SK',
  ru: 'BY KG KZ RU',
  uk: 'UA',
  tr: 'CY TR',
  ja: 'JP',
  zh: 'CN HK MO SG TW',
}

const byCountry: ReadonlyMap<CountryCode, readonly string[]> = invert(spokenIn)
const none: readonly string[] = []
const tag = /^([a-z]{2,3})(?:[-_]|$)/i
/** ISO 639-2's ways to say that nothing is said. */
const unsaid: ReadonlySet<string> = new Set(['und', 'mul', 'zxx', 'mis'])

/**
 * The languages (ISO 639) a record's text may be in: its locale's when it names one (`pt-PT`, `pt_PT`), else those of its
 * country; none where no language of the country has rules here, and surface forms are all there is.
 */
export function languagesOf(country: CountryCode, locale: string | null): readonly string[] {
  const language = locale === null ? undefined : tag.exec(locale)?.[1]?.toLowerCase()
  if (language === undefined || unsaid.has(language)) return byCountry.get(country) ?? none
  return [language === 'nb' || language === 'nn' ? 'no' : language]
}

function invert(table: typeof spokenIn): ReadonlyMap<CountryCode, readonly string[]> {
  const languages = new Map<CountryCode, string[]>()
  for (const [language, list] of Object.entries(table)) {
    for (const country of list.split(/\s+/))
      languages.set(country, [...(languages.get(country) ?? []), language])
  }
  return languages
}

import { normalizeRegion } from '../domain/regions.ts'
import type { Rfi } from '../domain/rfi.ts'
import { type CompanySize, sizeBit } from '../domain/sizes.ts'
import { languagesOf } from './language.ts'
import { formsOfNeed, type Term, type TermForms } from './terms.ts'

/** What an RFI asks of the index. */
export interface Query {
  readonly country: string
  /** As `normalizeRegion` has it; null when unknown. */
  readonly region: string | null
  readonly city: string | null
  readonly size: CompanySize | null
  /** `sizeBit(size)`: 0 when unknown. */
  readonly sizeBit: number
  /** Each once, one for each word. */
  readonly terms: readonly Term[]
  /** For each of `terms`, all forms by which it may be met, itself first. */
  readonly forms: readonly TermForms[]
}

export function queryOf(rfi: Rfi): Query {
  const { country, region, city, size, locale } = rfi.customer
  const forms = formsOfNeed(rfi.need, languagesOf(country, locale))
  return {
    country,
    region: region === null ? null : normalizeRegion(country, region) || null,
    city,
    size,
    sizeBit: sizeBit(size),
    terms: forms.map(([canonical]) => canonical),
    forms,
  }
}

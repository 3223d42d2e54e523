import type { Need } from '../domain/rfi.ts'
import { languagesOf } from '../matching/language.ts'
import type { Term } from '../matching/terms.ts'
import { wordsBehind } from '../matching/words-behind.ts'
import { grouped } from './text.ts'

/** A term as people read it. */
export type InWords = (term: Term) => string

interface Request {
  readonly customer: { readonly country: string; readonly locale: string | null }
  readonly need: Need
}

/** What a request's terms were in the words that it uses; what is no word of it by its key. */
export function inWordsOf(request: Request): InWords {
  const written = writtenIn(request)
  return term => written.get(term) ?? keyInWords(term)
}

/** What a request wrote for each of its words' terms. */
export function writtenIn({ customer, need }: Request): ReadonlyMap<Term, string> {
  return wordsBehind(need, languagesOf(customer.country, customer.locale))
}

/** A term where no request is at hand: `channel:marketing` → `channel marketing`; of a word its stem. */
export function keyInWords(term: Term): string {
  const at = term.indexOf(':')
  const [space, name] = at === -1 ? ['word', term] : [term.slice(0, at), term.slice(at + 1)]
  switch (space) {
    case 'word':
      return name
    case 'size':
      return `size ${sizeInWords(name)}`
    case 'budget':
      return budgetInWords(name)
    default:
      return `${space} ${name}`
  }
}

/** `51to250employees` → `51 to 250 employees`. */
export function sizeInWords(size: string): string {
  const [, over, from, to] = /^(?:Morethan(\d+)|(\d+)to(\d+))employees$/.exec(size) ?? []
  if (over !== undefined) return `more than ${grouped(over)} employees`
  return from === undefined || to === undefined ? size : `${grouped(from)} to ${grouped(to)} employees`
}

/** `EUR:31` → `budget EUR 46,000 to 66,000`: bands are half octaves. */
function budgetInWords(name: string): string {
  const [currency = '', band = ''] = name.split(':')
  if (!/^-?\d+$/.test(band)) return `budget ${name}`
  const edge = (position: number) => grouped(Number((2 ** (position / 2)).toPrecision(2)))
  return `budget ${currency} ${edge(Number(band))} to ${edge(Number(band) + 1)}`
}

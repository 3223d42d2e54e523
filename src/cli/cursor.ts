import { InvalidArgumentError } from 'commander'
import { parseTimestamp } from '../domain/time.ts'
import type { PageEnd } from './inbox-page.ts'

/** For `--after`: nothing to read anything into. */
export function cursorText({ routedAt, id }: PageEnd): string {
  return Buffer.from(JSON.stringify([routedAt, id])).toString('base64url')
}

/** Parses the option. */
export function cursor(text: string): PageEnd {
  const [routedAt, id] = partsOf(text)
  if (typeof routedAt !== 'string' || typeof id !== 'string' || parseTimestamp(routedAt) !== routedAt)
    throw new InvalidArgumentError('what the page before ended with is needed, as it was given.')
  return { routedAt, id }
}

function partsOf(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(value) && value.length === 2 ? value : []
  } catch {
    return []
  }
}

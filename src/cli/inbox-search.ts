import type { InboxDocument } from '../roles/documents/read-models.ts'

/** The words of what is searched for; without any nothing is left out. */
export function searchedFor(text: string): readonly string[] {
  return folded(text)
    .split(/\s+/u)
    .filter(word => word !== '')
}

/** Whether every word is somewhere in what the partner sees of the referral, in any case, width or order. */
export function rowMatches(row: InboxDocument, words: readonly string[]): boolean {
  const text = folded(textOf(row))
  return words.every(word => text.includes(word))
}

function textOf({ referral, routed }: InboxDocument): string {
  if (referral === null || routed === null) return ''
  const { need, customer, campaignId } = routed
  const { engagement } = referral
  return [
    ...[referral.rfiId, need.title, need.description, ...need.keywords, ...need.industries],
    ...[...need.products, ...need.services, ...need.solutions],
    ...[customer.city, customer.region, customer.country, campaignId],
    ...[engagement?.name, engagement?.notes, engagement?.crmId, engagement?.campaignId],
    ...referral.contacts.flatMap(({ firstName, lastName }) => [firstName, lastName]),
  ].join('\n')
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

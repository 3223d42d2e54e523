/** One full input of each kind, as JSON would hold it, and ways to spoil one. */
export type Json = null | boolean | number | string | Json[] | { [field: string]: Json }
export type JsonObject = { [field: string]: Json }

export const rfiSample: JsonObject = {
  rfiId: 'rfi-81',
  occurredAt: '2026-03-02T09:14:00.000Z',
  channel: 'seller',
  customer: {
    name: 'Padaria Central Lda',
    country: 'PT',
    region: 'PT-11',
    city: 'Lisboa',
    postalCode: '1100-148',
    size: '51to250employees',
    locale: 'pt-PT',
    contact: { firstName: 'Ana', lastName: 'Reis', email: 'a@x.example', phone: '+351 1' },
  },
  need: {
    title: 'Stock',
    description: 'free text',
    keywords: ['inventory'],
    industries: ['Agriculture, Forestry, & Fishing'],
    products: ['DynamicsAX,GP,NAV,SL'],
    services: ['CustomSolution(ISV)'],
    solutions: ['BusinessIntelligence'],
  },
  budget: { amount: '40000', currency: 'EUR' },
  closingAt: '2026-06-01T00:00:00.000Z',
  requestedPartners: ['acme'],
  followsRfiId: 'rfi-70',
  inviter: { id: 's-77', email: 's@x.example' },
  maxPartners: 5,
  contactMeDirectly: true,
  expiresAt: '2026-03-20T00:00:00.000Z',
  consent: { shareWithPartners: true, contact: true },
  campaignId: 'spring',
  test: true,
}

export const profileSample: JsonObject = {
  profileId: 'acme/PT',
  partnerId: 'acme',
  occurredAt: '2026-03-02T09:14:00.000Z',
  name: 'Acme',
  country: 'PT',
  state: 'published',
  locations: [
    {
      locationId: 'acme/PT/lisboa',
      city: 'Lisboa',
      region: 'PT-11',
      contact: {
        firstName: 'Rui',
        lastName: 'Sá',
        email: 'r@acme.example',
        phone: '+351 2',
        disableNotifications: true,
      },
    },
  ],
  serves: { regions: ['PT-11'] },
  tags: {
    industries: ['Automotive'],
    products: ['Azure'],
    services: ['Integration'],
    solutions: ['BusinessIntelligence'],
    keywords: ['ERP', 'lean manufacturing'],
  },
  sizeOptOut: ['1to9employees'],
  maxOpenReferrals: 3,
  locale: 'pt-PT',
  description: 'shown, never searched',
  website: 'https://acme.example',
}

export const acceptSample: JsonObject = {
  commandId: 'c-1',
  referralId: 'rfi-81:acme',
  partnerId: 'acme',
  occurredAt: '2026-03-02T10:00:00.000Z',
  expectedVersion: 1,
  type: 'accept',
  engagement: {
    name: 'Inventory for Padaria',
    value: { amount: '42000', currency: 'EUR' },
    closingAt: '2026-06-01T00:00:00.000Z',
    notes: 'called',
    crmId: 'crm-1',
    campaignId: 'spring',
  },
  team: [{ firstName: 'Rui', lastName: 'Sá', email: 'r@acme.example', phone: '+351 2' }],
}

/** A copy with one field, `customer.country`, set; `undefined` takes it away. */
export function withField(sample: JsonObject, path: string, value: unknown): unknown {
  const copy = structuredClone(sample)
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let holder: Record<string, unknown> = copy
  for (const step of steps) holder = holder[step] as Record<string, unknown>
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return copy
}

/** Every path of a sample, `customer`, `customer.country`, `need.keywords.0` … */
export function pathsOf(sample: Json, prefix = ''): string[] {
  if (sample === null || typeof sample !== 'object') return []
  return Object.entries(sample).flatMap(([field, value]) => [
    `${prefix}${field}`,
    ...pathsOf(value, `${prefix}${field}.`),
  ])
}

import { expect, test } from 'vitest'
import { noticeSchema } from './notices.ts'

const at = '2026-03-16T09:00:00.000Z'
const ids = { occurredAt: at, rfiId: 'rfi-81' }
const candidate = { partnerId: 'zenith', profileId: 'zenith/PT', name: 'Zenith' }
const told = { ...ids, asOf: at, referralId: 'rfi-81:acme', partnerId: 'acme', test: false }
const unroutable = { ...ids, country: 'PT', reasons: { size: 2 }, terms: ['ERP'], test: false }
const another = { ...told, cause: 'expired', addressee: 'inviter', othersOpen: 1, candidates: [candidate] }
const noPartner = { ...told, cause: 'declined', addressee: 'customer' }

test.each([
  { type: 'rfi.unroutable', ...unroutable },
  { type: 'customer.choose-another', ...another },
  { type: 'customer.no-partner', ...noPartner },
  { type: 'customer.no-partner', ...noPartner, referralId: null, partnerId: null, cause: 'unroutable' },
])('$type $cause', notice => {
  expect(noticeSchema.parse(notice)).toEqual(notice)
})

test.each([
  ['another type', { type: 'customer.hello', ...noPartner }],
  [
    'an unroutable RFI leaves no referral to choose beside',
    { type: 'customer.choose-another', ...another, cause: 'unroutable' },
  ],
  ['an unknown addressee', { type: 'customer.no-partner', ...noPartner, addressee: 'partner' }],
])('refused: %s', (_, notice) => {
  expect(noticeSchema.safeParse(notice).success).toBe(false)
})

test('no notice holds who the customer is', () => {
  const leaky = {
    type: 'customer.choose-another',
    ...another,
    contact: { email: 'a@x' },
    customer: 'Padaria',
  }
  expect(JSON.stringify(noticeSchema.parse(leaky))).not.toMatch(/Padaria|a@x/)
})

test('counts under a name like `__proto__` pollute nothing', () => {
  const reasons = JSON.parse('{"__proto__":{"polluted":1},"size":2}')
  const parsed = noticeSchema.safeParse({ type: 'rfi.unroutable', ...unroutable, reasons })
  expect('polluted' in {}).toBe(false)
  if (parsed.success) expect(parsed.data).toMatchObject({ reasons: { size: 2 } })
})

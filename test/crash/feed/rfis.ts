import { generateRfis } from '../../../bench/generate.ts'
import { between, seeded } from '../../../bench/random.ts'
import type { OutgoingRecord } from '../../../src/ports/log.ts'
import { largestRecord } from '../../../src/roles/dead-letter.ts'
import { topics } from '../../../src/roles/topics.ts'
import { markets, partnerCount } from './profiles.ts'
import { brokenRecord, jsonRecord, tombstone } from './records.ts'

const regulars = 25

/**
 * RFIs without end, every customer another one (`crowded`: the same few again and again): most plain, some that expire within seconds, some nobody can serve, and
 * beside some a record that is a repeat, differs, or can't be read. Each call gives one RFI and what comes with it.
 */
export function createRfiFeed(
  seed: number,
  { crowded }: { crowded: boolean },
): (now: number) => OutgoingRecord[] {
  const random = seeded(seed)
  let made = 0
  const base = generateRfis(Number.POSITIVE_INFINITY, seed + 1, markets)
  return now => {
    const { value: plain } = base.next()
    if (plain === undefined) throw new Error('the generator has an end')
    const rfi = { ...(crowded ? fromRegular(plain) : plain), ...peculiarity(now) }
    const headers =
      random() < 0.1 ? { traceparent: `00-${'0af7651916cd43dd'.repeat(2)}-b7ad6b7169203331-01` } : {}
    return [jsonRecord(topics.rfis, rfi.rfiId, rfi, headers), ...company(rfi)]
  }

  function fromRegular<T extends { readonly customer: object }>(rfi: T): T {
    const contact = { email: `regular${between(random, 1, regulars)}@customer.example` }
    return { ...rfi, customer: { ...rfi.customer, contact } }
  }

  function peculiarity(now: number): object {
    const draw = random()
    const partner = () => `p${between(random, 0, partnerCount - 1)}`
    if (draw < 0.12) return { expiresAt: new Date(now + between(random, 1000, 3000)).toISOString() }
    if (draw < 0.15) return { consent: null }
    if (draw < 0.17) return { expiresAt: new Date(now - 1000).toISOString() }
    if (draw < 0.2) return { customer: { country: 'IS', name: 'Too far away' } }
    if (draw < 0.26) return { requestedPartners: [partner(), partner(), 'nobody'] }
    if (draw < 0.28) return { test: true }
    if (draw < 0.31) return { channel: 'seller', inviter: { id: 's-77', email: 'seller@example.com' } }
    return {}
  }

  function company(rfi: { readonly rfiId: string }): OutgoingRecord[] {
    const { rfiId } = rfi
    made += 1
    switch (made % 150) {
      case 10:
      case 80:
        return [jsonRecord(topics.rfis, rfiId, rfi)]
      case 20:
      case 90:
        return [jsonRecord(topics.rfis, rfiId, { ...rfi, campaignId: 'another' })]
      case 30:
        return [brokenRecord(topics.rfis, rfiId)]
      case 40:
        return [jsonRecord(topics.rfis, rfiId, { rfiId, channel: 'post' })]
      case 50:
        return [tombstone(topics.rfis, rfiId)]
      case 60:
        return [jsonRecord(topics.rfis, rfiId, { ...rfi, note: 'x'.repeat(largestRecord) })]
      default:
        return []
    }
  }
}

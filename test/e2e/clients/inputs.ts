import { acceptSample, type JsonObject, profileSample, rfiSample } from '../../support/samples.ts'

/** A partner that any of these RFIs fits. */
export function profile(partnerId: string): JsonObject {
  return {
    ...profileSample,
    profileId: `${partnerId}/PT`,
    partnerId,
    name: `${partnerId} Lda`,
    sizeOptOut: [],
    maxOpenReferrals: null,
  }
}

/** Routed to exactly these partners, each RFI from a customer of its own. */
export function rfi(rfiId: string, partners: readonly string[]): JsonObject {
  const customer = { ...(rfiSample.customer as JsonObject), name: `customer of ${rfiId}`, contact: null }
  return {
    ...rfiSample,
    rfiId,
    customer,
    requestedPartners: [...partners],
    followsRfiId: null,
    expiresAt: null,
    test: false,
  }
}

export function command(referralId: string, type: string, fields: JsonObject = {}): JsonObject {
  const partnerId = referralId.slice(referralId.lastIndexOf(':') + 1)
  const { commandId: _, expectedVersion: __, team: ___, engagement, ...rest } = acceptSample
  const accepted = type === 'accept' ? { engagement: engagement ?? null } : {}
  return { ...rest, ...accepted, commandId: `${type}-${referralId}`, referralId, partnerId, type, ...fields }
}

/** A W3C trace context, one for each name. */
export function traceOf(name: string): string {
  const hex = Buffer.from(name).toString('hex')
  return `00-${hex.padEnd(32, '0').slice(0, 32)}-${hex.padEnd(16, '1').slice(0, 16)}-01`
}

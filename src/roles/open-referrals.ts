import { duplicateWithin } from '../domain/clocks.ts'
import type { RoutedEvent } from '../domain/events.ts'
import type { PartnerId, ReferralId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import { toMillis, toTimestamp } from '../domain/time.ts'
import type { Condition } from '../ports/store.ts'
import type { ReferralDocument } from './documents/referrals.ts'
import type { Input, RoleContext } from './role.ts'

export async function loadOpenReferrals(
  customers: ReadonlyMap<Input<Rfi>, string | null>,
  { now, read }: RoleContext,
): Promise<OpenReferrals> {
  const keys = new Set([...customers.values()].filter(key => key !== null))
  const times = [...customers.keys()].map(({ origin }) => Math.max(now, origin.timestamp))
  const earliest = Math.min(...times) - duplicateWithin
  const open = new OpenReferrals()
  if (keys.size === 0) return open
  const openOf = (customerKey: Condition, limit: number) =>
    read.find('referrals', {
      where: {
        customerKey,
        status: { in: ['New', 'Active'] },
        routedAt: { gte: toTimestamp(earliest) },
      },
      limit,
    })
  const together = await openOf({ in: [...keys] }, mostTogether)
  if (together.length < mostTogether) open.putAll(together)
  else
    for (const key of keys) {
      const referrals = await openOf(key, mostOfOne + 1)
      if (referrals.length <= mostOfOne) open.putAll(referrals)
    }
  return open
}

/** Documents read at once. Where there are more, customers are read one by one: one of them may have nearly all. */
const mostTogether = 2000
/**
 * Open referrals of one customer within the window. What has more is no customer but what many forms are filled in with
 * (`noreply@example.com`), and tells nobody again.
 */
export const mostOfOne = 500

/** Open referrals by customer: what makes another one a possible duplicate. */
export class OpenReferrals {
  readonly #byCustomer = new Map<
    string,
    { partnerId: PartnerId; referralId: ReferralId; routedAt: number }[]
  >()

  copy(): OpenReferrals {
    const copy = new OpenReferrals()
    for (const [key, list] of this.#byCustomer) copy.#byCustomer.set(key, [...list])
    return copy
  }

  put(key: string, referral: { partnerId: PartnerId; referralId: ReferralId; routedAt: number }): void {
    const list = this.#byCustomer.get(key)
    if (list === undefined) this.#byCustomer.set(key, [referral])
    else list.push(referral)
  }

  putAll(referrals: readonly ReferralDocument[]): void {
    for (const { customerKey, partnerId, _id, routedAt } of referrals)
      this.put(customerKey, { partnerId, referralId: _id, routedAt: toMillis(routedAt) })
  }

  add(key: string | null, { partnerId, referralId, occurredAt }: RoutedEvent): void {
    if (key !== null) this.put(key, { partnerId, referralId, routedAt: toMillis(occurredAt) })
  }

  /** The earliest within the window, by time, then id: the same whatever order the store answers in. */
  find(key: string | null, partnerId: PartnerId, at: number): ReferralId | null {
    const open = (key === null ? undefined : this.#byCustomer.get(key)) ?? []
    const [first] = open
      .filter(referral => referral.partnerId === partnerId && at - referral.routedAt <= duplicateWithin)
      .sort((one, other) => one.routedAt - other.routedAt || (one.referralId < other.referralId ? -1 : 1))
    return first?.referralId ?? null
  }
}

import { hashOf } from './hash.ts'

/**
 * Who comes first among equals: by a hash of RFI and partner, so that no partner is first for its name or for having
 * come early, and another one is next time.
 */
export function tieOf(rfiId: string, partnerId: string): number {
  return hashOf(`${rfiId}\0${partnerId}`)
}

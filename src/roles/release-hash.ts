import { createHash } from 'node:crypto'
import { canonicalRelease, type Release } from '../ranking/release.ts'

/** SHA-256 in hex over the canonical text: the same release has the same hash however it was written. */
export function releaseHash(release: Release): string {
  return createHash('sha256').update(canonicalRelease(release)).digest('hex')
}

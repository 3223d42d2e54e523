import type { Profile } from '../domain/profile.ts'
import { normalizeRegion } from '../domain/regions.ts'

// Neither can be a region: `normalizeRegion` gives ISO codes and folded text.
const wholeCountry = '*'
const anyRegion = '+'

/**
 * Where a published profile is listed within its country: under "whole country", or under each of its regions and "any
 * region". So whatever is asked, one profile is met in one place only: a customer in a region looks under that region and
 * "whole country", one without a region under "any region" and "whole country".
 */
export function partitionsOf(profile: Profile): readonly string[] {
  const { regions } = profile.serves
  if (regions.length === 0) return everywhere
  const served = new Set(regions.map(region => normalizeRegion(profile.country, region)))
  served.delete('')
  return served.size === 0 ? everywhere : [anyRegion, ...served]
}

/** @param region - the customer's, normalised; null when unknown */
export function partitionsFor(region: string | null): readonly [string, string] {
  return [wholeCountry, region ?? anyRegion]
}

const everywhere: readonly string[] = [wholeCountry]

import { profileIdSchema } from '../domain/ids.ts'
import { type Profile, type ProfileState, profileSchema } from '../domain/profile.ts'
import { describe, type Fault, type Parsed, parseShape } from '../domain/shape.ts'
import { parseRelease, type Release, type Slot, slots } from '../ranking/release.ts'
import type { Collections } from './collections.ts'
import { EffectsBuilder } from './effects.ts'
import { releaseHash } from './release-hash.ts'
import { hasOtherKey, type Input, type Origin, type Role, tombstoneFault } from './role.ts'
import { type Topic, topics } from './topics.ts'

export type DirectoryInput =
  | { readonly kind: 'profile'; readonly id: string; readonly profile: Profile | null }
  | { readonly kind: 'weights'; readonly id: Slot; readonly release: Release | null }

/**
 * Profiles and weight releases in, the last valid state of each out, with a version. One older than the stored, by
 * record time, is ignored and counted; what is wrong is dead-lettered once, here, and the last valid one stays.
 */
export function directory(): Role<DirectoryInput> {
  return {
    name: 'directory',
    topics: [topics.profiles, topics.weights],
    ready: () => Promise.resolve(),
    parse,
    async process(inputs, { lane, read }) {
      const effects = new EffectsBuilder()
      const ids = (kind: DirectoryInput['kind']) =>
        inputs.flatMap(({ value }) => (value.kind === kind ? [value.id] : []))
      const profiles = new Latest(await read.get('profiles', ids('profile')))
      const weights = new Latest(await read.get('weights', ids('weights')))
      for (const { origin, value } of inputs) {
        const changed = { lane, offset: origin.offset }
        if (hasOtherKey(origin, value.id)) effects.count('other-key')
        if (value.kind === 'profile') {
          const stored = profiles.get(value.id)
          const next = profileDocument(value, stored, origin, changed)
          if (isOlder(origin, stored)) effects.count('ignored-older')
          else if (next === null) effects.count('ignored-unknown-tombstone')
          else profiles.set(next)
        } else {
          const stored = weights.get(value.id)
          if (isOlder(origin, stored)) effects.count('ignored-older')
          else weights.set(weightsDocument(value, stored, origin, changed))
        }
      }
      for (const { document, version } of profiles.changes()) {
        effects.write(
          version === null
            ? { kind: 'insert', collection: 'profiles', document }
            : { kind: 'replace', collection: 'profiles', document, version },
        )
      }
      for (const { document, version } of weights.changes()) {
        effects.write(
          version === null
            ? { kind: 'insert', collection: 'weights', document }
            : { kind: 'replace', collection: 'weights', document, version },
        )
      }
      return effects.build()
    },
  }
}

function parse(topic: Topic, value: unknown, origin: Origin): Parsed<DirectoryInput> {
  const key = origin.key === null ? null : Buffer.from(origin.key).toString()
  if (topic === topics.weights) {
    const slot = slots.find(known => known === key)
    if (slot === undefined) {
      return fault('key', describe(key), `one of ${slots.join(', ')}`)
    }
    if (value === null) return { ok: true, value: { kind: 'weights', id: slot, release: null } }
    const parsed = parseRelease(value)
    return parsed.ok
      ? { ok: true, value: { kind: 'weights', id: slot, release: parsed.release } }
      : { ok: false, fault: firstOf(parsed.faults), faults: parsed.faults }
  }
  if (value === null) {
    const id = profileIdSchema.safeParse(key)
    return id.success
      ? { ok: true, value: { kind: 'profile', id: id.data, profile: null } }
      : {
          ok: false,
          fault: { ...tombstoneFault, field: 'key', expected: 'the profileId to withdraw as the key' },
        }
  }
  const profile = parseShape(profileSchema, value)
  if (!profile.ok) return profile
  return { ok: true, value: { kind: 'profile', id: profile.value.profileId, profile: profile.value } }
}

/** A dead letter has room for one fault: it names the first and says how many there are. */
function firstOf(faults: readonly Fault[]): Fault {
  const [first] = faults
  if (first === undefined) return { code: 'invalid', field: '', found: 'a release', expected: 'another' }
  return faults.length === 1
    ? first
    : { ...first, expected: `${first.expected} (and ${faults.length - 1} more faults)` }
}

function fault(field: string, found: string, expected: string): Parsed<never> {
  return { ok: false, fault: { code: 'invalid', field, found, expected } }
}

function isOlder(origin: Origin, stored: { readonly recordTime: number } | undefined): boolean {
  return stored !== undefined && origin.timestamp < stored.recordTime
}

/** Null for a tombstone of a profile that was never known. */
function profileDocument(
  { id, profile }: Extract<DirectoryInput, { kind: 'profile' }>,
  stored: Collections['profiles'] | undefined,
  { timestamp }: Input<DirectoryInput>['origin'],
  changed: Collections['profiles']['changed'],
): Collections['profiles'] | null {
  const latest = profile ?? stored?.profile
  if (latest === undefined) return null
  const state: ProfileState = profile === null ? 'withdrawn' : profile.state
  return {
    _id: id as Collections['profiles']['_id'],
    version: (stored?.version ?? 0) + 1,
    partnerId: latest.partnerId,
    state,
    recordTime: timestamp,
    profile: latest,
    changed,
  }
}

function weightsDocument(
  { id, release }: Extract<DirectoryInput, { kind: 'weights' }>,
  stored: Collections['weights'] | undefined,
  { timestamp }: Input<DirectoryInput>['origin'],
  changed: Collections['weights']['changed'],
): Collections['weights'] {
  const version = (stored?.version ?? 0) + 1
  const hash = release === null ? null : releaseHash(release)
  return { _id: id, version, recordTime: timestamp, release, hash, changed }
}

/** Stored documents and what the batch makes of them: several records may change one, only the last is written. */
class Latest<D extends { readonly _id: string; readonly version: number }> {
  readonly #stored: ReadonlyMap<string, D>
  readonly #changed = new Map<string, D>()

  constructor(stored: ReadonlyMap<string, D>) {
    this.#stored = stored
  }

  get(id: string): D | undefined {
    return this.#changed.get(id) ?? this.#stored.get(id)
  }

  set(document: D): void {
    this.#changed.set(document._id, document)
  }

  /** Each with the version it must still have in the store; null for a new one. */
  changes(): { document: D; version: number | null }[] {
    return [...this.#changed.values()].map(document => ({
      document,
      version: this.#stored.get(document._id)?.version ?? null,
    }))
  }
}

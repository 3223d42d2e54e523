import { isDeepStrictEqual } from 'node:util'
import { topicShapes } from '../../roles/topic-shapes.ts'
import { type Topic, topicNames } from '../../roles/topics.ts'
import { avroNamespace, avroTextOf } from './avro-schema.ts'
import type { RegistryClient, SchemaVersion } from './client.ts'
import { subjectOf } from './subjects.ts'

/** What a new subject is set to: readers of either side may be a version behind. */
export const compatibilityLevel = 'FULL'

interface Ours {
  readonly id: number
  readonly version: number
}

/**
 * The version of a subject that is this schema. Confluent compares schemas, Apicurio their text, so that a schema
 * registered with other spaces (a build plugin's) is only found by going through them, the latest first.
 */
export async function findOurs(
  client: RegistryClient,
  subject: string,
  schema: string,
): Promise<Ours | null> {
  const found = await client.lookup(subject, schema)
  if (found !== null) return found
  for (const number of (await client.versions(subject)).toReversed()) {
    const version = await client.version(subject, number)
    if (version !== null && isSame(version, schema)) return { id: version.id, version: version.version }
  }
  return null
}

function isSame({ type, schema }: SchemaVersion, ours: string): boolean {
  if (type !== 'AVRO') return false
  try {
    return isDeepStrictEqual(JSON.parse(schema), JSON.parse(ours))
  } catch {
    return false
  }
}

export type SubjectState =
  /** Ours is there. */
  | { readonly kind: 'there'; readonly id: number; readonly version: number }
  | { readonly kind: 'made'; readonly id: number; readonly version: number }
  /** No version at all. */
  | { readonly kind: 'missing' }
  /** There are versions, ours is none of them and could become the next. */
  | { readonly kind: 'different' }
  /** Ours can't become the next version. */
  | { readonly kind: 'incompatible'; readonly reason: string }
  /** Others write the topic by a schema of their own; we only read it, by theirs. */
  | { readonly kind: 'theirs'; readonly id: number; readonly version: number; readonly type: string }

export interface SubjectReport {
  readonly topic: Topic
  readonly subject: string
  readonly state: SubjectState
  readonly compatibility: string | null
}

export function isInOrder({ state }: SubjectReport): boolean {
  return state.kind === 'there' || state.kind === 'made' || state.kind === 'theirs'
}

/** Every topic's subject, looked at; with `register`, what is missing or older is made. */
export async function subjects(
  client: RegistryClient,
  topicPrefix: string,
  register: boolean,
): Promise<SubjectReport[]> {
  const reports: SubjectReport[] = []
  for (const topic of topicNames) {
    const subject = subjectOf(topicPrefix, topic)
    const seen = await look(client, topic, subject)
    const state =
      register && (seen.kind === 'missing' || seen.kind === 'different')
        ? await make(client, topic, subject, seen.kind === 'missing')
        : seen
    const compatibility = state.kind === 'missing' ? null : await client.compatibility(subject)
    reports.push({ topic, subject, state, compatibility })
  }
  return reports
}

async function look(client: RegistryClient, topic: Topic, subject: string): Promise<SubjectState> {
  const schema = avroTextOf(topic)
  const found = await findOurs(client, subject, schema)
  if (found !== null) return { kind: 'there', id: found.id, version: found.version }
  const latest = await client.version(subject, 'latest')
  if (latest === null) return { kind: 'missing' }
  if (!topicShapes[topic].written && !isNamedAsOurs(latest, topic))
    return { kind: 'theirs', id: latest.id, version: latest.version, type: latest.type }
  if (latest.type !== 'AVRO')
    return { kind: 'incompatible', reason: `the latest version is ${latest.type}, ours AVRO` }
  const { compatible, reason } = await client.compatible(subject, schema)
  return compatible ? { kind: 'different' } : { kind: 'incompatible', reason }
}

/** An older or newer version of ours. */
function isNamedAsOurs({ type, schema }: SchemaVersion, topic: Topic): boolean {
  if (type !== 'AVRO') return false
  try {
    const { name, namespace } = JSON.parse(schema) as { name?: unknown; namespace?: unknown }
    return name === topicShapes[topic].name && namespace === avroNamespace
  } catch {
    return false
  }
}

async function make(
  client: RegistryClient,
  topic: Topic,
  subject: string,
  isNew: boolean,
): Promise<SubjectState> {
  const schema = avroTextOf(topic)
  // Before the first version, so that nobody else's second comes between.
  if (isNew) await client.setCompatibility(subject, compatibilityLevel)
  const registration = await client.register(subject, schema)
  if (registration.kind === 'incompatible') return registration
  const found = await client.lookup(subject, schema)
  return { kind: 'made', id: registration.id, version: found?.version ?? 1 }
}

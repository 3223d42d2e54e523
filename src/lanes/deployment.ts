import type { Codec } from '../ports/codec.ts'
import { misconfigured, unavailable } from '../ports/errors.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import type { DeploymentDocument } from '../roles/documents/operations.ts'
import { fingerprintOf, isFingerprintOf } from './secret-fingerprint.ts'

/**
 * What all workers on one database must have in common. The first notes it, once everything else is as it needs it; each
 * later one is held against the note:
 *   cluster, topic prefix   another one is refused: lanes of two environments would share positions
 *   values                  JSON under a note of Avro is refused: it would take all of it for broken. Avro under a note
 *                           of JSON changes the note, as whoever has the registry reads both
 *   customer secret         another one is only warned of: repeats of what came under the first aren't found
 * `store adopt` notes what is there now, for a cluster that was made anew on purpose.
 */
export interface Deployment extends Omit<DeploymentDocument, '_id' | 'version' | 'customerSecret'> {
  /** The secret itself. */
  readonly customerSecret: string
}

type DeploymentStore = Pick<Store<Collections>, 'get' | 'commit'>

const id = 'deployment'

/** @throws PortError `configuration` with what differs and what to do */
export async function checkDeployment(
  own: Deployment,
  store: Pick<Store<Collections>, 'get'>,
): Promise<DeploymentDocument | null> {
  const noted = await notedDeployment(store)
  const differing = noted === null ? [] : differences(noted, own)
  if (differing.length > 0)
    throw misconfigured(
      `${differing.join('; ')}; set what the other workers have, or "store adopt" if it was changed on purpose`,
    )
  return noted
}

/** Notes what isn't noted yet. Throws as `checkDeployment`: another worker may have started at the same time. */
export async function noteDeployment(
  own: Deployment,
  { store, logger }: { readonly store: DeploymentStore; readonly logger: Logger },
): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const noted = await checkDeployment(own, store)
    if (noted !== null && noted.values === own.values && (noted.cluster ?? own.cluster) === noted.cluster)
      return
    const customerSecret = noted === null ? await fingerprintOf(own.customerSecret) : noted.customerSecret
    if (
      !(await put({ ...own, cluster: own.cluster ?? noted?.cluster ?? null, customerSecret }, noted, store))
    )
      continue
    if (noted !== null && noted.values !== own.values)
      logger.warn(
        { reason: 'workers without SCHEMA_REGISTRY_URL can not go on' },
        'values-are-avro-from-now-on',
      )
    return
  }
  throw unavailable('what the database belongs to was not noted: others keep noting it')
}

/** Whether repeats of customers that came under the secret noted first are still found. */
export async function hasOtherSecret(
  { customerSecret }: Pick<Deployment, 'customerSecret'>,
  store: Pick<Store<Collections>, 'get'>,
): Promise<boolean> {
  const noted = await notedDeployment(store)
  return noted !== null && !(await isFingerprintOf(noted.customerSecret, customerSecret))
}

/** What `adoptDeployment` changed, in words; nothing when it was so already. */
export async function adoptDeployment(own: Deployment, store: DeploymentStore): Promise<string[]> {
  const noted = await notedDeployment(store)
  const sameSecret = noted !== null && (await isFingerprintOf(noted.customerSecret, own.customerSecret))
  const changed: string[] = []
  const told = (name: string, then: string | null | undefined, now: string | null) => {
    if (then !== now) changed.push(`${name}: ${then === undefined ? '' : `${shown(then)} → `}${shown(now)}`)
  }
  told('Kafka cluster', noted?.cluster, own.cluster)
  told('topic prefix', noted?.topicPrefix, own.topicPrefix)
  told('values', noted?.values, own.values)
  if (!sameSecret) changed.push('ROUTER_CUSTOMER_SECRET')
  if (changed.length === 0) return changed
  const customerSecret = sameSecret ? noted.customerSecret : await fingerprintOf(own.customerSecret)
  if (!(await put({ ...own, customerSecret }, noted, store)))
    throw unavailable('a worker noted something else meanwhile')
  return changed
}

/** Why a worker with this codec must not read: what others write now would be broken to it. Null when it may. */
export async function unreadableValues(
  { contentType }: Pick<Codec, 'contentType'>,
  store: Pick<Store<Collections>, 'get'>,
): Promise<string | null> {
  const noted = await notedDeployment(store)
  return noted?.values === 'avro' && contentType !== 'application/avro' ? withoutRegistry : null
}

const withoutRegistry =
  'the other workers write Avro, and SCHEMA_REGISTRY_URL is not set: all of it would be dead-lettered'

async function notedDeployment(store: Pick<Store<Collections>, 'get'>): Promise<DeploymentDocument | null> {
  return (await store.get('deployment', [id])).get(id) ?? null
}

function differences(noted: DeploymentDocument, own: Deployment): string[] {
  const { cluster, topicPrefix, values } = noted
  return [
    ...(cluster === null || own.cluster === null || cluster === own.cluster
      ? []
      : [`the database belongs to the Kafka cluster ${cluster}, and KAFKA_BROKERS are of ${own.cluster}`]),
    ...(topicPrefix === own.topicPrefix
      ? []
      : [
          `the database belongs to the topic prefix ${shown(topicPrefix)}, and ROUTER_TOPIC_PREFIX is ${shown(own.topicPrefix)}`,
        ]),
    ...(values === 'avro' && own.values === 'json' ? [withoutRegistry] : []),
  ]
}

/** False when another one noted something meanwhile. */
async function put(
  content: Omit<DeploymentDocument, '_id' | 'version'>,
  noted: DeploymentDocument | null,
  store: DeploymentStore,
): Promise<boolean> {
  const { values, cluster, topicPrefix, customerSecret } = content
  const version = (noted?.version ?? 0) + 1
  const document: DeploymentDocument = { _id: id, version, values, cluster, topicPrefix, customerSecret }
  const { kind } = await store.commit({
    move: null,
    journal: null,
    writes: [
      noted === null
        ? { kind: 'insert', collection: 'deployment', document }
        : { kind: 'replace', collection: 'deployment', document, version: noted.version },
    ],
  })
  return kind === 'committed'
}

function shown(value: string | null): string {
  return value === null ? 'none' : value === '' ? '""' : value
}

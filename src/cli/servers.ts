import { hostname } from 'node:os'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { openKafka } from '../adapters/kafka/log.ts'
import { checkIndexes } from '../adapters/mongo/migrate.ts'
import { openMongo } from '../adapters/mongo/store.ts'
import { type RegistryCodec, registryCodec } from '../adapters/registry/codec.ts'
import { checkLayouts } from '../lanes/layouts.ts'
import type { Config } from '../ops/config.ts'
import { misconfigured } from '../ports/errors.ts'
import { collections } from '../roles/collections.ts'
import { roleNames } from '../roles/role.ts'
import { topicShapes } from '../roles/topic-shapes.ts'
import { topicNames } from '../roles/topics.ts'
import type { Backend, BackendOptions, WorkerSeen } from './backend.ts'
import { clientOptions } from './client-options.ts'
import { inputsOf } from './lane-places.ts'

/** Kafka, MongoDB and perhaps a schema registry. Resolves without having met one: what can't be reached is waited for. */
export async function openServers(config: Config, { logger }: BackendOptions): Promise<Backend> {
  const { kafka, mongodb, registry, topicPrefix } = config
  if (kafka === null || mongodb === null)
    throw misconfigured('KAFKA_BROKERS and MONGODB_URI must both be set')
  const told = logger === undefined ? {} : { logger }
  // Brokers show it beside every member of a group: it tells processes apart.
  const own = 'referral-router/'
  const clientId = `${own}${hostname()}/${process.pid}`
  const log = await openKafka({ ...clientOptions(kafka), clientId, topicPrefix, ...told })
  const store = await openMongo(collections, { uri: mongodb.uri, ...told })
  const codec = registry === null ? jsonCodec : registryCodec({ ...registry, topicPrefix, ...told })
  const on = {
    brokers: kafka.brokers.join(','),
    database: store.place.replace(/^MongoDB at /, ''),
    registry: registry === null ? 'none: values are JSON' : registry.url,
    ...(topicPrefix === '' ? {} : { prefix: topicPrefix }),
  }
  return {
    log,
    store,
    codec,
    place: `Kafka ${on.brokers}${topicPrefix === '' ? '' : `, prefix ${topicPrefix}`}, ${store.place}`,
    on,
    async prepare() {
      await checkLayouts(log, store)
      const [lacking] = await checkIndexes(collections, { uri: mongodb.uri })
      if (lacking !== undefined) {
        const { collection, index, state } = lacking
        const what = index === null ? `collection ${collection}` : `index of ${collection} on ${index}`
        throw misconfigured(
          `the ${what} ${state === 'missing' ? 'is missing' : 'differs'}; run "store migrate"`,
        )
      }
      const written = topicNames.filter(topic => topicShapes[topic].written)
      if (codec !== jsonCodec) await (codec as RegistryCodec).prepare(written)
    },
    async workers() {
      const members = await Promise.all(
        roleNames
          .filter(role => inputsOf[role].length > 0)
          .map(async role =>
            (await log.groupMembers(role)).map(({ clientId, host }) => ({
              role,
              name: clientId.startsWith(own) ? clientId.slice(own.length) : `${clientId}@${host}`,
            })),
          ),
      )
      const roles = Map.groupBy(members.flat(), ({ name }) => name)
      return [...roles].map(
        ([name, its]): WorkerSeen => ({ name, roles: [...new Set(its.map(({ role }) => role))] }),
      )
    },
    async close() {
      await log.close()
      await store.close()
    },
  }
}

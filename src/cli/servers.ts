import { hostname } from 'node:os'
import { jsonCodec } from '../adapters/json/json-codec.ts'
import { showsPassword } from '../adapters/kafka/client.ts'
import { type KafkaLog, openKafka } from '../adapters/kafka/log.ts'
import { checkIndexes, obstacleIn } from '../adapters/mongo/migrate.ts'
import { openMongo } from '../adapters/mongo/store.ts'
import { type RegistryCodec, registryCodec } from '../adapters/registry/codec.ts'
import {
  adoptDeployment,
  checkDeployment,
  type Deployment,
  hasOtherSecret,
  noteDeployment,
} from '../lanes/deployment.ts'
import { checkLayouts } from '../lanes/layouts.ts'
import type { Config } from '../ops/config.ts'
import { misconfigured } from '../ports/errors.ts'
import { silent } from '../ports/logger.ts'
import { collections } from '../roles/collections.ts'
import { roleNames } from '../roles/role.ts'
import { topicShapes } from '../roles/topic-shapes.ts'
import { topicNames } from '../roles/topics.ts'
import type { Backend, BackendOptions, WorkerSeen } from './backend.ts'
import { clientOptions } from './client-options.ts'
import { inputsOf } from './lane-places.ts'

const refusing = 'a document that this validator refuses halts its lane'
const anotherSecret =
  'not what the first worker had, so customers are not known again by what they sent before; set that one, or "store adopt" to begin anew with this one'

const passwordShown =
  'a name and password go to the brokers without TLS, so whoever listens on the way can have them; set it to true where the brokers take it'

/** What a worker of this configuration has in common with the others on its database. */
async function deploymentOf(
  { registry, topicPrefix, customerSecret }: Config,
  log: Pick<KafkaLog, 'clusterId'>,
): Promise<Deployment> {
  const values = registry === null ? 'json' : 'avro'
  return { values, cluster: await log.clusterId(), topicPrefix, customerSecret }
}

/** Kafka, MongoDB and perhaps a schema registry. Resolves without having met one: what can't be reached is waited for. */
export async function openServers(
  config: Config,
  { logger, member, unknownSchemaPatience }: BackendOptions,
): Promise<Backend> {
  const { kafka, mongodb, registry, topicPrefix } = config
  if (kafka === null || mongodb === null)
    throw misconfigured('KAFKA_BROKERS and MONGODB_URI must both be set')
  const told = logger === undefined ? {} : { logger }
  // Brokers show it beside every member of a group: it tells processes apart.
  const own = 'referral-router/'
  const clientId = `${own}${hostname()}/${process.pid}`
  const log = await openKafka({ ...clientOptions(kafka), clientId, topicPrefix, ...told })
  // Its threads have the same.
  if (member === undefined && showsPassword(kafka))
    logger?.warn({ variable: 'KAFKA_SSL', reason: passwordShown }, 'password-without-tls')
  const store = await openMongo(collections, { uri: mongodb.uri, ...told })
  const patience = unknownSchemaPatience === undefined ? {} : { unknownSchemaPatience }
  const codec =
    registry === null ? jsonCodec : registryCodec({ ...registry, topicPrefix, ...told, ...patience })
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
      const deployment = await deploymentOf(config, log)
      await checkDeployment(deployment, store)
      log.keepTo(await checkLayouts(log, store))
      const found = await checkIndexes(collections, { uri: mongodb.uri })
      const obstacle = obstacleIn(found)
      if (obstacle !== null) throw misconfigured(obstacle)
      if (member === undefined)
        for (const { collection } of found) logger?.warn({ collection, reason: refusing }, 'validator-found')
      const written = topicNames.filter(topic => topicShapes[topic].written)
      if (codec !== jsonCodec) await (codec as RegistryCodec).prepare(written)
      // Last: what can't work yet belongs to nothing.
      await noteDeployment(deployment, { store, logger: logger ?? silent })
      // Its threads have what the process has.
      if (member === undefined && (await hasOtherSecret(deployment, store)))
        logger?.warn({ variable: 'ROUTER_CUSTOMER_SECRET', reason: anotherSecret }, 'customer-secret-differs')
    },
    adopt: async () => adoptDeployment(await deploymentOf(config, log), store),
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

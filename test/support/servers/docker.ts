import { noEngine } from './docker-engine.ts'
import { eventually } from './eventually.ts'
import type { StartedServer, Way } from './find.ts'
import { isPrimary } from './mongo.ts'
import type { ServerName } from './names.ts'
import { freePort } from './ports.ts'
import { fetching } from './progress.ts'
import { listsSubjects, registryPath } from './registry.ts'

/** Versions as in docker-compose.yml; a registry for tests needs no topic to keep its schemas in. */
export const images = {
  kafka: 'apache/kafka:4.1.1',
  mongodb: 'mongo:8.0.13',
  registry: 'apicurio/apicurio-registry-mem:2.6.13.Final',
} as const satisfies Record<ServerName, string>

let engine: Promise<string | null> | null = null

/** Containers through testcontainers, whose own watcher removes them when this process is killed. */
export const docker: Way = {
  label: 'Docker',
  unable: () => {
    engine ??= noEngine()
    return engine
  },
  start: async name => {
    let server: StartedServer | null = null
    await fetching(`${images[name]} by Docker`, async () => {
      server = await starts[name]()
    })
    if (server === null) throw new Error(`${images[name]} did not start`)
    return server
  },
}

const starts: Readonly<Record<ServerName, () => Promise<StartedServer>>> = { kafka, mongodb, registry }

/** A broker tells its clients where it is, so the port outside must be known before it starts. */
async function kafka(): Promise<StartedServer> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers')
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime
  const port = await freePort()
  const container = await new GenericContainer(images.kafka)
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '2',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_LOG_CLEANER_BACKOFF_MS: '500',
      KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS: '2000',
    })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(180_000)
    .start()
  return { address: `${host}:${port}`, origin: `${images.kafka}, Docker`, stop: () => ended(container) }
}

async function mongodb(): Promise<StartedServer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(images.mongodb)
    .withCommand(['mongod', '--replSet', 'rs0', '--bind_ip_all'])
    .withExposedPorts(27_017)
    .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/))
    .withStartupTimeout(180_000)
    .start()
  try {
    // The member's address is the one inside; `directConnection` keeps drivers from following it.
    const initiate = `rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: '127.0.0.1:27017' }] })`
    const { exitCode, output } = await container.exec(['mongosh', '--quiet', '--eval', initiate])
    if (exitCode !== 0) throw new Error(`rs.initiate: ${output}`)
    const uri = `mongodb://${container.getHost()}:${container.getMappedPort(27_017)}/?directConnection=true`
    await eventually('MongoDB is primary', () => isPrimary(uri), { within: 30_000 })
    return { address: uri, origin: `${images.mongodb}, Docker`, stop: () => ended(container) }
  } catch (error) {
    await ended(container)
    throw error
  }
}

async function registry(): Promise<StartedServer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(images.registry)
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(180_000)
    .start()
  try {
    const url = `http://${container.getHost()}:${container.getMappedPort(8080)}${registryPath}`
    await eventually('the registry lists subjects', () => listsSubjects(url), { within: 60_000 })
    return { address: url, origin: `${images.registry}, Docker`, stop: () => ended(container) }
  } catch (error) {
    await ended(container)
    throw error
  }
}

async function ended(container: { stop(): Promise<unknown> }): Promise<void> {
  await container.stop()
}

/** Where the brokers of a cluster listen. Node n is brokers[n − 1]. */
export interface BrokerPlace {
  readonly port: number
  readonly controllerPort: number
  readonly data: string
}

/** Another door of a broker's: `name` is by what its own settings begin, `listener.name.<name>.` in small letters. */
export interface Listener {
  readonly name: string
  readonly port: number
  readonly protocol: 'SSL' | 'SASL_SSL'
}

/**
 * `server.properties` of one broker, which is a controller as well. Made for tests: a member may have a session of 1 s, a
 * group forms at once, compaction and retention come round in half a second and two, a dead broker is missed after 3 s.
 */
export function kafkaSettings(
  places: readonly BrokerPlace[],
  index: number,
  more: Readonly<Record<string, string | number>> = {},
  listeners: readonly Listener[] = [],
): string {
  const place = places[index]
  if (place === undefined) throw new RangeError(`no broker ${index}`)
  const copies = Math.min(3, places.length)
  const inSync = Math.min(2, places.length)
  const own = { name: 'PLAINTEXT', port: place.port, protocol: 'PLAINTEXT' }
  const doors = [own, ...listeners]
  const addresses = doors.map(({ name, port }) => `${name}://127.0.0.1:${port}`)
  const protocols = doors.map(({ name, protocol }) => `${name}:${protocol}`)
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': places
      .map(({ controllerPort }, other) => `${other + 1}@127.0.0.1:${controllerPort}`)
      .join(','),
    listeners: [...addresses, `CONTROLLER://127.0.0.1:${place.controllerPort}`].join(','),
    'advertised.listeners': addresses.join(','),
    'listener.security.protocol.map': [...protocols, 'CONTROLLER:PLAINTEXT'].join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': place.data,
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 2,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'broker.heartbeat.interval.ms': 500,
    'broker.session.timeout.ms': 3000,
    'replica.lag.time.max.ms': 5000,
    'log.cleaner.backoff.ms': 500,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'log.retention.check.interval.ms': 2000,
    'num.network.threads': 2,
    'num.io.threads': 4,
    ...more,
  }
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`
}

/**
 * Routing on Kafka and MongoDB, beside what the same clients and servers do with nothing thought about in between. In one
 * run, one after another:
 *
 *   routing     the router alone: RFIs lie in the topic when the clock starts; it stops when its lanes stand at the end
 *               and the journal owes nothing.
 *   bare        a loop of kafkajs and the driver that reads the same RFIs, writes the documents that routing wrote (their
 *               number and bytes) and the journal entry in one transaction, sends the records that routing sent, marks
 *               the entry sent. Transactions of the same size.
 *   plain       four documents and three records an RFI, no transaction, nothing marked: what many make do with.
 *   end to end  all roles at once over fresh RFIs: inbox, evidence, funnel and visibility too.
 *
 *   node bench/kafka.ts [--rfis 10000] [--partners 1000] [--limited] [--per-rfi 3] [--partitions 4] [--seed 1] [--json]
 *
 * `--limited`: one profile in ten takes 1 to 20 open referrals at most. Routers then have to count, and meet each other in
 * the last places, which the loops beside don't.
 *
 * Servers: KAFKA_BROKERS and MONGODB_URI, else local ones are started (see npm run servers).
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { openKafka } from '../src/adapters/kafka/log.ts'
import { migrate } from '../src/adapters/mongo/migrate.ts'
import { openMongo } from '../src/adapters/mongo/store.ts'
import { systemTime } from '../src/adapters/system-time.ts'
import { RoleThread } from '../src/cli/threads.ts'
import { readConfig } from '../src/ops/config.ts'
import { silent } from '../src/ports/logger.ts'
import { defaultRelease } from '../src/ranking/release.ts'
import { collections } from '../src/roles/collections.ts'
import { type RoleName, roleNames } from '../src/roles/role.ts'
import { topics } from '../src/roles/topics.ts'
import { isDrained } from '../test/support/drained.ts'
import { generateProfiles, generateRfis } from './generate.ts'
import { type Effect, effectsOf, runBare, runPlain } from './kafka-peers.ts'
import { benchServers } from './kafka-servers.ts'

const { values } = parseArgs({
  options: {
    rfis: { type: 'string', default: '10000' },
    partners: { type: 'string', default: '1000' },
    limited: { type: 'boolean', default: false },
    'per-rfi': { type: 'string', default: '3' },
    partitions: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const count = Number(values.rfis)
const seed = Number(values.seed)
const encoder = new TextEncoder()
const tell = (line: string) => process.stderr.write(`${line}\n`)

const servers = await benchServers(tell)
const prefix = `bench-${randomBytes(4).toString('hex')}-`
const uri = servers.database(prefix.slice(0, -1))
const brokers = servers.brokers.split(',')
const log = await openKafka({ brokers, topicPrefix: prefix })
const store = await openMongo(collections, { uri })
try {
  await servers.createTopics(prefix, Number(values.partitions))
  await migrate(collections, { uri })
  const result = await measure()
  if (values.json) console.log(JSON.stringify(result))
  else report(result)
} finally {
  await log.close()
  await store.close()
  await servers.remove(prefix, uri)
  await servers.stop()
}

async function measure() {
  const partners = Number(values.partners)
  const peers = { brokers, uri, prefix, partitions: Number(values.partitions), records: count }
  await produce(
    topics.profiles,
    generateProfiles(2 * partners, seed, { partners }).map(value => ({
      key: value.profileId,
      value: values.limited ? value : { ...value, maxOpenReferrals: null },
    })),
  )
  const policy = { ...defaultRelease.policy, partnersPerRfi: Number(values['per-rfi']) }
  await produce(topics.weights, [{ key: 'live', value: { ...defaultRelease, weightsId: 'bench', policy } }])
  await drain(['directory'])
  await produceRfis(count, seed + 1)
  tell(`routing ${count} RFIs`)
  const routing = await drain(['router'])
  const effects = await effectsOf(uri)
  tell(`${effects.length} transactions of ${(count / effects.length).toFixed(0)} RFIs: the bare loop`)
  const bare = await runBare({ ...peers, effects })
  tell('the plain loop')
  const plain = await runPlain({ ...peers, effects })
  tell('the other roles catch up')
  await drain(roleNames)
  await produceRfis(count, seed + 2)
  tell(`end to end, ${count} RFIs`)
  const endToEnd = await drain(roleNames)
  const referrals = (await store.count('referrals', {})) / 2
  return { count, referrals, ...shapeOf(effects), routing, bare, plain, endToEnd, servers: servers.origin }
}

/** What one RFI comes to, on average. */
function shapeOf(effects: readonly Effect[]) {
  const sum = (of: (effect: Effect) => number) => effects.reduce((total, effect) => total + of(effect), 0)
  return {
    documentsPerRfi: sum(({ documents }) => documents.length) / count,
    recordsPerRfi: sum(({ records }) => records.length) / count,
    bytesPerRfi: Math.round(sum(({ bytes }) => bytes) / count),
  }
}

function produceRfis(number: number, from: number): Promise<void> {
  return produce(
    topics.rfis,
    generateRfis(number, from).map(value => {
      const rfiId = `${from}-${value.rfiId}`
      return { key: rfiId, value: { ...value, rfiId, maxPartners: null } }
    }),
  )
}

async function produce(topic: string, records: Iterable<{ key: string; value: unknown }>): Promise<void> {
  let pending: Parameters<typeof log.producer.send>[0][number][] = []
  for (const { key, value } of records) {
    pending.push({ topic, key, value: encoder.encode(JSON.stringify(value)), headers: {} })
    if (pending.length === 1000) {
      await log.producer.send(pending)
      pending = []
    }
  }
  if (pending.length > 0) await log.producer.send(pending)
}

/** Seconds from when the group was joined, as for the loops beside, until the roles' lanes stand at their logs' ends. */
async function drain(roles: readonly RoleName[]): Promise<number> {
  const ready = Promise.withResolvers<void>()
  const logger = {
    ...silent,
    info: (_: object, event: string) => void (event === 'ready' && ready.resolve()),
  }
  const environment = { KAFKA_BROKERS: servers.brokers, MONGODB_URI: uri, ROUTER_TOPIC_PREFIX: prefix }
  const reading = readConfig({ environment })
  if (!reading.ok) throw new Error(reading.problems.join('; '))
  const member = { index: 0, of: 1 }
  const thread = new RoleThread(
    { roles, member, config: reading.config, eventTime: false, holder: 'bench' },
    logger,
  )
  const running = thread.run()
  await Promise.race([ready.promise, running])
  const start = performance.now()
  while (!(await isDrained({ log, store }, roles))) {
    const [halt] = await store.find('halts', { where: {} })
    if (halt !== undefined) throw new Error(`${halt._id} halted: ${halt.reason}`)
    await systemTime.sleep(100)
  }
  const seconds = (performance.now() - start) / 1000
  await thread.stop(20_000)
  return seconds
}

function report(result: Awaited<ReturnType<typeof measure>>): void {
  const { routing, bare, plain, endToEnd, referrals } = result
  const rate = (seconds: number) => `${String(Math.round(count / seconds)).padStart(7)} RFIs/s`
  console.log(
    `${count} RFIs, ${referrals} referrals; an RFI comes to ${result.documentsPerRfi.toFixed(1)} documents, ` +
      `${result.recordsPerRfi.toFixed(1)} records, ${result.bytesPerRfi} bytes`,
  )
  console.log(`on ${Object.values(result.servers).join('; ')}`)
  console.log(`routing      ${rate(routing)}   ${(bare / routing).toFixed(2)} of the bare loop`)
  console.log(`bare loop    ${rate(bare)}   same documents in a transaction, same records`)
  console.log(`plain loop   ${rate(plain)}   4 documents, 3 records, no transaction`)
  console.log(
    `end to end   ${rate(endToEnd)}   ${(bare / endToEnd).toFixed(2)} of the bare loop, all roles at once`,
  )
}

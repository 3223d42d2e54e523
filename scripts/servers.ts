/**
 * Apache Kafka, a schema registry and a server of MongoDB's protocol on this machine, from package registries, for trying
 * the worker without Docker. They answer on the loopback interface until Ctrl-C, and leave nothing behind.
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '../test/support/servers/kafka.ts'
import { startMongo } from '../test/support/servers/mongo.ts'
import { tell } from '../test/support/servers/progress.ts'
import { startRegistry } from '../test/support/servers/registry.ts'

const help = `Starts Kafka, MongoDB's protocol and a schema registry on this machine, until Ctrl-C.

Usage: npm run -s servers -- [options]

  --data DIR     keep data in DIR and use it again; without it, data is removed at the end
  --brokers N    1 (default) or 3
  --json         one line of JSON in place of the lines to export
  --help         this text

Needs Java 17 or newer and Python 3.10 or newer, and Maven the first time. What it fetches (some 250 MB) is kept in
$REFERRAL_ROUTER_CACHE, else $XDG_CACHE_HOME/referral-router, else ~/.cache/referral-router.`

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    brokers: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else await run()

async function run(): Promise<void> {
  const { brokers } = values
  if (brokers !== '1' && brokers !== '3') throw new Error('--brokers is 1 or 3')
  const place = (name: string) =>
    values.data === undefined ? {} : { data: join(resolve(values.data), name) }
  const asked = Promise.withResolvers<void>()
  // From the start: an interrupted start stops what has come up so far.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.resolve())

  const starting = [
    startKafka({ brokers: brokers === '3' ? 3 : 1, ...place('kafka') }),
    startMongo(place('mongodb')),
    startRegistry(place('registry')),
  ] as const
  const settled = Promise.allSettled(starting)
  const first = await Promise.race([settled, asked.promise])
  if (first === undefined) {
    // What hangs in a download is ended by the guard when this process is gone.
    tell('interrupted')
    process.exit(130)
  }
  const failed = first.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
  try {
    if (failed.length > 0) {
      for (const reason of failed) tell(reason instanceof Error ? reason.message : String(reason))
      process.exitCode = 1
      return
    }
    const [kafka, mongo, registry] = await Promise.all(starting)
    for (const { origin } of [kafka, mongo, registry]) tell(origin)
    print({
      KAFKA_BROKERS: kafka.brokers,
      MONGODB_URI: mongo.uri,
      SCHEMA_REGISTRY_URL: registry.url,
    })
    tell('running until Ctrl-C')
    // Signals alone keep no process alive.
    const alive = setInterval(() => {}, 60_000)
    await asked.promise
    clearInterval(alive)
    tell('stopping')
  } finally {
    await Promise.all(first.map(result => (result.status === 'fulfilled' ? result.value.stop() : null)))
  }
}

function print(variables: Readonly<Record<string, string>>): void {
  if (values.json) console.log(JSON.stringify(variables))
  else for (const [name, value] of Object.entries(variables)) console.log(`export ${name}='${value}'`)
}

import { writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Running, run, start } from '../cli/run.ts'
import { eventually } from '../support/servers/eventually.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { temporaryFolder } from '../support/simulated.ts'

const sample = new URL('../../examples/tenders/sample/', import.meta.url).pathname

const soon = (what: string, ask: () => Promise<boolean>) => eventually(what, ask, { within: 40_000 })

/** By tags and place alone: what partners did is read by each worker at its own moment, and moves scores a little. */
const release = { weightsId: 'tags-1', features: { relevance: 1_000_000, proximity: 200_000 } }

/** Left out is what differs from run to run: moments, and which of two RFIs of one customer came second. */
function timeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timeless)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([name]) => !/(At|^at|^possibleDuplicateOf)$/.test(name))
  return Object.fromEntries(entries.map(([name, member]) => [name, timeless(member)]))
}

liveDescribe('the command line on servers', () => {
  const { prefix, mongodbUri } = scratch()
  const folder = temporaryFolder()
  const data = ['--data', `${folder.path}/data`]
  const releaseFile = `${folder.path}/release.ndjson`
  const { kafkaBrokers, schemaRegistryUrl } = servers()
  const environment = {
    KAFKA_BROKERS: kafkaBrokers,
    MONGODB_URI: mongodbUri,
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    ROUTER_TOPIC_PREFIX: prefix,
    ROUTER_CUSTOMER_SECRET: 'secret',
  }
  const onServers = async (...words: string[]) => {
    const ended = await run(words, { environment })
    expect(ended, words.join(' ')).toMatchObject({ code: 0 })
    return ended
  }
  const asJson = async (...words: string[]) => JSON.parse((await onServers(...words, '--json')).stdout)
  const inFolder = async (...words: string[]) => JSON.parse((await run([...words, '--json', ...data])).stdout)

  let workers: Running[] = []
  const stopAll = async () => {
    const ended = await Promise.all(workers.map(worker => worker.stop()))
    workers = []
    return ended
  }
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await stopAll()
  })
  afterAll(async () => {
    await stopAll()
    folder.remove()
  })

  beforeAll(async () => {
    writeFileSync(releaseFile, `${JSON.stringify(release)}\n`)
    await onServers('topics', 'create', '--partitions', '2')
    await onServers('schemas', 'register')
    await onServers('store', 'migrate')
  })

  it('makes ready what is missing, and finds nothing to do the second time', async () => {
    await onServers('topics', 'check')
    await onServers('schemas', 'check')
    const { entries } = await asJson('store', 'migrate')
    expect(entries.filter(({ state }: { state: string }) => state !== 'there')).toEqual([])
  })

  it('routes with two workers, and says what it stands on', async () => {
    workers = [0, 1].map(() => start(['worker', '--log-level', 'warn'], environment))
    for (const worker of workers) await worker.until('\nready\n')
    await soon('both have lanes', async () =>
      workers.every(({ output }) => output.stdout.includes('lanes running')),
    )
    expect(workers[0]?.output.stdout).toMatch(
      /^roles directory, .*\nbrokers \S+\ndatabase \S+\nregistry http\S+\nprefix \S+\nweights default-1\n/,
    )
    await onServers('produce', 'ranking-weights', releaseFile)
    await onServers('produce', 'partner-profiles', `${sample}partner-profiles.ndjson`)
    await soon('the profiles are in', async () => (await asJson('status')).counts.profiles === 183)
    // Each worker reads what changed every 100 ms.
    await soon('the directory has nothing left', async () => (await lag('directory')) === 0)
    await onServers('produce', 'rfis', `${sample}rfis.ndjson`)
    await soon('all is through', async () => {
      const { counts, unsent } = await asJson('status')
      return counts.rfis === 300 && unsent === 0 && (await lag()) === 0
    })
    const status = await asJson('status')
    expect(status.workers).toHaveLength(2)
    expect(status.deadLetters).toEqual({})
  })

  async function lag(role?: string): Promise<number> {
    const { lanes } = await asJson('status')
    const own = lanes.filter((lane: { role: string }) => role === undefined || lane.role === role)
    return own.reduce((sum: number, lane: { lag: number }) => sum + lane.lag, 0)
  }

  it('shows what the embedded worker shows', async () => {
    const embedded = start(['worker', '--log-level', 'error', ...data])
    workers.push(embedded)
    await embedded.until('\nready\n')
    const status = () => inFolder('status')
    await run(['produce', 'ranking-weights', releaseFile, ...data])
    await run(['produce', 'partner-profiles', `${sample}partner-profiles.ndjson`, ...data])
    await soon('the profiles are in', async () => (await status()).counts.profiles === 183)
    await soon('the directory has nothing left', async () => {
      const lanes: { role: string; lag: number }[] = (await status()).lanes
      return lanes.every(({ role, lag }) => role !== 'directory' || lag === 0)
    })
    await run(['produce', 'rfis', `${sample}rfis.ndjson`, ...data])
    await soon('all is through', async () => {
      const { counts, unsent, lanes } = await status()
      return counts.rfis === 300 && unsent === 0 && lanes.every((lane: { lag: number }) => lane.lag === 0)
    })
    for (const words of [['funnel'], ['rfi', 'tsuchiura-1025'], ['rfi', 'tsuchiura-647']]) {
      const [one, other] = await Promise.all([asJson(...words), inFolder(...words)])
      expect(timeless(one), words.join(' ')).toEqual(timeless(other))
    }
    const inbox = async (read: typeof asJson) =>
      (await read('inbox', '144', '--limit', '500')).referrals.map(
        ({ referralId, status, score }: Record<string, unknown>) => `${referralId} ${status} ${score}`,
      )
    expect((await inbox(asJson)).sort()).toEqual((await inbox(inFolder)).sort())
  })

  it('reads back what was written as Avro', async () => {
    const { stdout } = await onServers('consume', 'referrals', '--from-beginning', '--max', '3')
    const records = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(records).toHaveLength(3)
    for (const { headers, value, key } of records) {
      expect(headers).toMatchObject({ ce_type: 'referral.routed', 'content-type': 'application/avro' })
      expect(value).toMatchObject({ type: 'referral.routed', version: 1, partnerId: key })
    }
  })

  it('stops in good order', async () => {
    for (const { code, stdout, stderr } of await stopAll()) {
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(stdout).toMatch(/\nstopped/)
    }
  })
})

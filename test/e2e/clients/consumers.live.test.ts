import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonCodec } from '../../../src/adapters/json/json-codec.ts'
import { topics } from '../../../src/roles/topics.ts'
import { eventually } from '../../support/servers/eventually.ts'
import { kafkaJars, kafkaPython } from '../../support/servers/packages.ts'
import { startProcess } from '../../support/servers/process.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe, servers } from '../../support/servers/servers.ts'
import { findJava, findPython } from '../../support/servers/tools.ts'
import { temporaryFolder } from '../../support/simulated.ts'
import { asJson } from './client.ts'
import { profile, rfi } from './inputs.ts'
import { type PlatformaticClient, platformatic } from './platformatic.ts'
import { openWorld, partitions, type World } from './world.ts'

const samples = new URL('../../../examples/consumers/', import.meta.url).pathname
const partners = ['one', 'two', 'three']

/** How each is run; in words why not where its language is not there. */
const languages: Readonly<Record<string, () => Promise<readonly string[] | string>>> = {
  TypeScript: async () => [process.execPath, join(samples, 'follow.ts')],
  Python: async () => {
    const python = await findPython()
    return python.ok ? [await kafkaPython(), join(samples, 'follow.py')] : python.why
  },
  Java: async () => {
    const java = await findJava()
    return java.ok
      ? [java.command, '-Xmx128m', '-cp', await kafkaJars(), join(samples, 'Follow.java')]
      : java.why
  },
}

/** Of a line in one of the files: JSON, or in Java's the third of its parts. */
const referralIdOf = (line: string): string =>
  line.startsWith('{')
    ? JSON.parse(line).referral.referralId
    : JSON.parse(line.split('\t')[2] ?? '').referralId

liveDescribe('consumers of referrals, as examples show them', { needs: ['kafka', 'mongodb'] }, () => {
  const { prefix, mongodbUri } = scratch()
  const { kafkaBrokers } = servers()
  const folder = temporaryFolder()
  const topic = prefix + topics.referrals
  let world: World
  let theirs: PlatformaticClient

  beforeAll(async () => {
    theirs = platformatic(kafkaBrokers, { prefix, partitions })
    world = await openWorld({ brokers: kafkaBrokers, mongodbUri, prefix, codec: jsonCodec })
    const profiles = partners.map(id => ({ key: `${id}/PT`, value: asJson(profile(id)) }))
    await theirs.send(prefix + topics.profiles, profiles, 'gzip')
    await world.work(['directory'])
    await route('a', 'b', 'c', 'd')
  })
  afterAll(async () => {
    await theirs?.close()
    await world?.close()
    folder.remove()
  })

  async function route(...rfiIds: string[]) {
    await theirs.send(
      prefix + topics.rfis,
      rfiIds.map(id => ({ key: id, value: asJson(rfi(id, partners)) })),
      'gzip',
    )
    await world.work(['router'])
  }

  /** All that is in the topic by now, sent once more with the same headers: what a worker does that was killed at it. */
  async function sendAgain() {
    const records = await theirs.read(topic, await theirs.count(topic))
    const again = records.map(({ key, value, headers, partition }) => ({ key, value, headers, partition }))
    await theirs.send(topic, again, 'gzip')
  }

  it('each referral once, in order, through repeats and kills', async () => {
    const ways: { readonly words: readonly string[]; readonly file: string }[] = []
    for (const [language, find] of Object.entries(languages)) {
      const words = await find()
      if (typeof words === 'string') process.stderr.write(`consumers: ${language} is left out: ${words}\n`)
      else ways.push({ words, file: join(folder.path, `${language}.ndjson`) })
    }
    expect(ways.length).toBeGreaterThan(0)
    const start = () =>
      Promise.all(
        ways.map(({ words: [command = '', ...words], file }) =>
          startProcess({
            ...{ command, arguments: [...words, file], folder: folder.path, log: `${file}.log` },
            environment: { KAFKA_BROKERS: kafkaBrokers, ROUTER_TOPIC_PREFIX: prefix },
          }),
        ),
      )
    const linesIn = (file: string) =>
      existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
    const untilWritten = (count: number) =>
      eventually(
        `${count} referrals are written`,
        async () => {
          const short = ways.filter(({ file }) => linesIn(file).length < count)
          if (short.length > 0) throw new Error(short.map(({ file }) => file).join(', '))
          return true
        },
        { within: 60_000 },
      )

    const killed = await start()
    await untilWritten(4 * partners.length)
    for (const consumer of killed) await consumer.kill()
    for (const { file } of ways) appendFileSync(file, '{"place":"half a li')
    await sendAgain()
    await route('after')
    const stopped = await start()
    await untilWritten(5 * partners.length)
    await sendAgain()
    await route('last')
    await untilWritten(6 * partners.length)
    for (const consumer of stopped) await consumer.stop()

    const referrals = await world.store.find('referrals', { where: {}, limit: 100 })
    for (const { file } of ways) {
      const written = linesIn(file).map(referralIdOf)
      expect(written.toSorted(), file).toEqual(referrals.map(({ _id }) => String(_id)).toSorted())
      for (const partner of partners)
        expect(written.filter(id => id.endsWith(`:${partner}`)).slice(-2)).toEqual([
          `after:${partner}`,
          `last:${partner}`,
        ])
    }
  })
})

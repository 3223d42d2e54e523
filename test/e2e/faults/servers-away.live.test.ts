import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../contract/contract-case.ts'
import { type LocalKafka, startKafka } from '../../support/servers/kafka.ts'
import { type LocalMongo, startMongo } from '../../support/servers/mongo.ts'
import { liveDescribe } from '../../support/servers/servers.ts'
import { withDatabase } from '../../support/servers/with-database.ts'
import { answers, names, partners, profiles, rfis } from './input.ts'
import { openStand, type RunningWorker, type Stand } from './stand.ts'

/** RFIs of a round. */
const size = 40

// Servers of its own: they are killed. One worker lives through it all.
liveDescribe(
  'servers that go away while input is under way',
  { needs: [], own: ['kafka', 'mongodb'] },
  () => {
    let kafka: LocalKafka
    let mongo: LocalMongo
    let stand: Stand
    let running: RunningWorker
    /** RFIs sent, and those that were answered. */
    const sent: string[] = []
    const answered: string[] = []

    beforeAll(async () => {
      ;[kafka, mongo] = await Promise.all([startKafka(), startMongo()])
      stand = await openStand({
        brokers: kafka.brokers,
        prefix: 'faults-',
        mongodbUri: withDatabase(mongo.uri, 'faults'),
        // A silence is told within seconds, as one of half a minute is in production.
        sessionTimeout: 2000,
        databasePatience: 2000,
      })
      await stand.send(profiles())
      const first = await stand.startWorker()
      await stand.untilDrained()
      await first.stop()
      // From its first batch on, the next one knows all profiles.
      running = await stand.startWorker()
    })
    afterAll(async () => {
      await stand?.close()
      await Promise.all([kafka?.stop(), mongo?.stop()])
    })

    const faults: [
      what: string,
      told: RegExp,
      goes: () => Promise<void> | void,
      comes: () => Promise<void>,
    ][] = [
      ['the broker is killed', /ECONNREFUSED|broker|Connection/i, () => kafka.kill(), () => kafka.restart()],
      [
        'the database is killed',
        /MongoDB at \S+ can't be reached/,
        () => mongo.kill(),
        () => mongo.restart(),
      ],
      ['the database is silent', /MongoDB/, () => mongo.pause(), async () => mongo.resume()],
      [
        'both are killed',
        /MongoDB|broker|Connection/i,
        async () => void (await Promise.all([kafka.kill(), mongo.kill()])),
        async () => void (await Promise.all([kafka.restart(), mongo.restart()])),
      ],
    ]

    test.each(faults)('%s and comes back', async (what, told, goes, comes) => {
      const before = running.lines.all.length
      const said = () => running.lines.waits().slice(0)
      const waitsBefore = said().length
      await round(what, async () => {
        await goes()
        await until('a wait that is told', () => said().length > waitsBefore, 30_000)
        expect(said().slice(waitsBefore).join('\n')).toMatch(told)
        await comes()
      })
      expect(running.lines.all.slice(before).filter(({ level }) => level === 'error')).toEqual([])
    })

    test('the broker is silent for longer than a session and wakes', async () => {
      await round('broker-silent', async () => {
        kafka.pause()
        await setTimeout(4000)
        kafka.resume()
      })
    })

    /** RFIs, and answers to those of the round before; the fault comes when some are through, and more are sent in it. */
    async function round(name: string, fault: () => Promise<void>): Promise<void> {
      const ids = names(name.replaceAll(' ', '-'), size)
      const former = sent.filter(id => !answered.includes(id))
      const [first, second] = [ids.slice(0, size / 2), ids.slice(size / 2)]
      const replies = answers(former)
      const goal = sent.length
      await stand.send([...rfis(first), ...replies.slice(0, replies.length / 2)])
      while ((await stand.store.count('rfis', {})) <= goal) await setTimeout(1)
      const sending = setTimeout(50).then(async () => {
        for (const record of [...rfis(second), ...replies.slice(replies.length / 2)])
          await stand.send([record])
      })
      await fault()
      await sending
      sent.push(...ids)
      answered.push(...former)
      await stand.untilDrained()
      await expectAllOnce()
    }

    async function expectAllOnce(): Promise<void> {
      const accounts = await stand.accounts()
      expect(accounts).toMatchObject({
        rfis: sent.length,
        unroutable: 0,
        rejections: 0,
        dead: {},
        contradictions: [],
      })
      const open = partners.length * sent.length - 2 * answered.length
      expect(accounts.referrals).toEqual({
        'New/Received': open,
        ...(answered.length === 0
          ? {}
          : { 'Active/Accepted': answered.length, 'Closed/Declined': answered.length }),
      })
    }
  },
)

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resumeLane } from '../../../src/lanes/resume.ts'
import { partitionOf } from '../../../src/ports/murmur2.ts'
import { topics } from '../../../src/roles/topics.ts'
import { jsonLines, run, start } from '../../cli/run.ts'
import { until } from '../../contract/contract-case.ts'
import { eventually, patience } from '../../support/servers/eventually.ts'
import { type LocalMongo, startMongo } from '../../support/servers/mongo.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe, servers } from '../../support/servers/servers.ts'
import { withDatabase } from '../../support/servers/with-database.ts'
import { temporaryFolder } from '../../support/simulated.ts'
import { answers, falling, names, partitions, partners, profiles, rfis } from './input.ts'
import { openStand, type Stand } from './stand.ts'

// A database of its own: it is restored from a copy. The tests build on each other.
liveDescribe(
  'a log and a database that do not belong together',
  { needs: ['kafka'], own: ['mongodb'] },
  () => {
    const { prefix } = scratch()
    const { kafkaBrokers } = servers()
    const folder = temporaryFolder()
    const data = join(folder.path, 'mongodb')
    const copy = join(folder.path, 'copy')
    let mongo: LocalMongo
    let stand: Stand
    let mongodbUri: string
    /** RFIs that were sent and not lost. */
    const sent: string[] = []

    const send = async (ids: readonly string[]) => {
      await stand.send(rfis(ids))
      sent.push(...ids)
    }
    const inStore = async () => (await stand.store.find('rfis', { where: {} })).map(({ _id }) => _id).sort()
    const positions = async () => new Map((await stand.store.positions()).map(each => [each.lane, each]))
    const resume = (lane: string) => {
      const [role = '', topic = '', partition] = lane.split('/')
      return resumeLane({
        ...stand,
        ...{ role, partition: { topic, partition: Number(partition) }, at: null, time: { now: () => 0 } },
      })
    }
    /** The worker for as long as `work` takes. */
    async function working<T>(work: (worker: Awaited<ReturnType<Stand['startWorker']>>) => Promise<T>) {
      const worker = await stand.startWorker()
      try {
        return await work(worker)
      } finally {
        await worker.stop()
      }
    }
    const drained = () => working(() => stand.untilDrained())
    /** The reasons, by lane, once this many have halted. */
    const halting = (count: number) =>
      working(async ({ lines }) => {
        await until('the halts', () => Object.keys(lines.halts()).length === count)
        const lane = lines.of('lane-halted').map(each => each.lane)
        expect(lane, 'each is told once').toEqual([...new Set(lane)])
        return lines.halts()
      })

    beforeAll(async () => {
      mongo = await startMongo({ data })
      mongodbUri = withDatabase(mongo.uri, 'faults')
      stand = await openStand({ brokers: kafkaBrokers, prefix, mongodbUri, sessionTimeout: 6000 })
      await stand.send(profiles())
      await drained()
      await working(async () => {
        await send([...falling(0, 'first', 6), ...falling(1, 'first', 6)])
        await stand.untilDrained()
      })
    })
    afterAll(async () => {
      await stand?.close()
      await mongo?.stop()
      folder.remove()
    })

    test('a topic that was made anew, shorter and longer than what was read', async () => {
      const admin = await stand.log.admin()
      const topic = prefix + topics.rfis
      await admin.deleteTopics({ topics: [topic] })
      await eventually('the topic is gone', async () => !(await admin.listTopics()).includes(topic), {
        within: 10_000,
      })
      const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
      await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
      })
      const before = await inStore()
      await send([...falling(0, 'anew', 4), ...falling(1, 'anew', 9)])

      const reasons = await halting(2)
      expect(reasons).toEqual({
        'router/rfis/0': 'the log ends at 4, 2 below the position 6: topic recreated?',
        'router/rfis/1':
          'the record before the position 6 is not the one it was taken after: topic recreated?',
      })
      expect(await inStore()).toEqual(before)
      expect(await halting(2), 'with the next start too').toEqual(reasons)

      for (const lane of Object.keys(reasons))
        expect(await resume(lane)).toMatchObject({
          to: { offset: 0, epoch: 1 },
          skipped: null,
          problem: reasons[lane],
        })
      await drained()
      expect(await inStore()).toEqual(sent.toSorted())
      const ids = (await stand.records(topics.decisions)).flatMap(({ headers }) => headers.ce_id ?? [])
      const afresh = (lane: number, count: number) =>
        Array.from({ length: count }, (_, offset) => `router/rfis/${lane}~1@${offset}.0`)
      // The receipt comes after the referrals of its RFI and their statuses.
      const ofRfi = (id: string) => id.replace(/\.\d+$/, '.0')
      expect(
        ids
          .filter(id => id.includes('~'))
          .map(ofRfi)
          .sort(),
      ).toEqual([...afresh(0, 4), ...afresh(1, 9)])
      expect(await stand.accounts()).toMatchObject({ dead: {}, rejections: 0, contradictions: [] })
    })

    test('a log whose beginning is gone past the position', async () => {
      // Before, all commands of partition 0 were read: none. What is lost are the first four of ten.
      const referral = (name: string) => `${name}:acme`
      const ids = sent.filter(id => partitionOf(Buffer.from(referral(id)), partitions) === 0)
      const all = ids.slice(0, 6).flatMap(id => answers([id]).filter(({ key }) => key === referral(id)))
      await stand.send(all.slice(0, 2))
      await drained()
      await stand.send(all.slice(2))
      const admin = await stand.log.admin()
      await admin.deleteTopicRecords({
        topic: prefix + topics.commands,
        partitions: [{ partition: 0, offset: '4' }],
      })
      const lane = 'referral/referral-commands/0'
      const reason = '2 records are gone: the log starts at 4, the position is 2'
      expect(await halting(1)).toEqual({ [lane]: reason })
      const accepted = () => stand.store.count('referrals', { status: 'Active' })
      expect(await accepted()).toBe(2)

      expect(await resume(lane)).toMatchObject({ to: { offset: 4, epoch: 1 }, skipped: 2, problem: reason })
      await drained()
      expect(await accepted()).toBe(4)
      expect(await stand.accounts()).toMatchObject({ dead: {}, rejections: 0, contradictions: [] })
    })

    test('a database restored from a copy that is older than the log', {
      timeout: 90_000 * patience,
    }, async () => {
      await mongo.kill()
      cpSync(data, copy, { recursive: true })
      await mongo.restart()
      const [before, older] = [await inStore(), await positions()]
      await working(async () => {
        await send(names('after-the-copy', 10))
        await stand.send(answers(before.slice(0, 2)))
        await stand.untilDrained()
      })
      const moved = [...(await positions()).values()].filter(
        ({ lane, offset }) => offset > (older.get(lane)?.offset ?? 0),
      )
      const expected = moved.map(({ lane }) => lane).sort()
      expect(expected).toEqual(expect.arrayContaining(['router/rfis/0', 'router/rfis/1']))
      await mongo.kill()
      rmSync(data, { recursive: true })
      cpSync(copy, data, { recursive: true })
      await mongo.restart()
      expect(await inStore()).toEqual(before)

      const environment = {
        KAFKA_BROKERS: kafkaBrokers,
        MONGODB_URI: mongodbUri,
        ROUTER_TOPIC_PREFIX: prefix,
      }
      const asJson = async (...words: string[]) => {
        const { code, stdout, stderr } = await run([...words, '--json'], { environment })
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        return JSON.parse(stdout)
      }
      const worker = start(['worker', '--json', '--log-level', 'error'], environment)
      try {
        for (const lane of expected) await worker.until(`{"event":"halted","lane":"${lane}"`)
        const halts = jsonLines(worker.output.stdout).filter(({ event }) => event === 'halted')
        expect(halts.map(({ lane }) => lane).sort()).toEqual(expected)
        for (const { lane, offset } of moved) {
          const stood = older.get(lane)?.offset
          expect(halts.find(each => each.lane === lane)?.reason).toBe(
            stood === undefined
              ? `the group committed ${offset}, and the store has no position: another store, or one restored from a backup?`
              : `the group committed ${offset}, ${offset - stood} above the position ${stood}: store restored from a backup?`,
          )
        }
        expect(await inStore(), 'nothing was worked').toEqual(before)
        const [status, list] = await Promise.all([asJson('status'), asJson('lanes', 'list')])
        const named = ({ lane, reason }: { lane: string; reason: string }) => `${lane} ${reason}`
        const told = halts.map(({ lane, reason }) => `${lane} ${reason}`).sort()
        expect(status.halted.map(named)).toEqual(told)
        const halted = list.lanes.filter((each: { halted: string | null }) => each.halted !== null)
        expect(
          halted
            .map((each: { lane: string; halted: string }) => named({ ...each, reason: each.halted }))
            .sort(),
        ).toEqual(told)

        // As it says, while the worker runs.
        const [first = '', ...others] = expected
        const done = await asJson('lanes', 'resume', first)
        expect(done).toMatchObject({
          lane: first,
          to: { offset: older.get(first)?.offset ?? 0 },
          skipped: 0,
        })
        const rest = await asJson('lanes', 'resume', '--all')
        expect(rest.moved).toEqual([])
        expect(rest.resumed.map((each: { lane: string }) => each.lane).sort()).toEqual(others)
        await stand.untilDrained()
        expect((await asJson('status')).halted).toEqual([])
      } finally {
        const { stderr } = await worker.stop()
        expect(stderr.split('\n').filter(line => line.includes('lane-halted')).length).toBe(expected.length)
      }
      expect(await inStore()).toEqual(sent.toSorted())
      await expectWhole()
    })

    /** The topics tell some things twice now, under two epochs; the store holds each once. */
    async function expectWhole(): Promise<void> {
      const { store } = stand
      expect(await store.count('dead', {})).toBe(0)
      const [receipts, referrals, inbox] = [
        await store.count('receipts', {}),
        await store.find('referrals', { where: {} }),
        new Map((await store.find('inbox', { where: {} })).map(row => [row._id, row])),
      ]
      expect(receipts).toBe(sent.length)
      expect(referrals).toHaveLength(partners.length * sent.length)
      for (const { _id, version, status } of referrals)
        expect(inbox.get(_id), _id).toMatchObject({ version, waiting: [], referral: { status } })
    }
  },
)

import { afterEach, beforeEach, expect, it } from 'vitest'
import { accountsOf } from '../../crash/accounts.ts'
import { eventually } from '../../support/servers/eventually.ts'
import { type LocalKafka, startKafka } from '../../support/servers/kafka.ts'
import { scratch } from '../../support/servers/scratch.ts'
import { liveDescribe } from '../../support/servers/servers.ts'
import { openMember } from './in-process.ts'
import { openWorld, report, type World } from './world.ts'

const topic = 'rfis'

liveDescribe('a worker on three brokers', { needs: ['mongodb'], own: ['kafka'] }, () => {
  // Kafka is its own; the prefix and the database are told apart from those of others all the same.
  const { corner } = scratch()
  let place: ReturnType<typeof corner>
  let kafka: LocalKafka
  let world: World

  beforeEach(async () => {
    place = corner()
    kafka = await startKafka({ brokers: 3 })
    world = await openWorld({
      brokers: kafka.brokers,
      ...place,
      partitions: 2,
      rfisAtOnce: 2,
      plain: true,
    })
  }, 120_000)
  afterEach(async () => {
    await world?.close()
    await kafka?.stop()
  })

  /** Index of the broker that leads the first partition of RFIs; null while none does. */
  async function leader(): Promise<number | null> {
    const [partition] = await describePartitions()
    return partition === undefined || partition.leader < 1 ? null : partition.leader - 1
  }

  async function describePartitions() {
    const admin = await world.log.admin()
    const { topics } = await admin.fetchTopicMetadata({ topics: [place.prefix + topic] })
    return (topics[0]?.partitions ?? []).toSorted((one, other) => one.partitionId - other.partitionId)
  }

  const untilAllInSync = () =>
    eventually(
      'three copies of everything',
      async () => (await describePartitions()).every(({ isr }) => isr.length === 3),
      { within: 30_000 },
    )

  const untilMovedFrom = (former: number | null) =>
    eventually('another leader', async () => ![null, former].includes(await leader()), { within: 30_000 })

  it('works on when leaders move, and loses and doubles nothing', {
    timeout: 240_000,
  }, async () => {
    const { crowd, gaps, lanes } = world
    // With the broker that leads its group goes the membership, and the next one waits until the former's session ends.
    const sessionTimeout = 6000
    const member = await openMember({ brokers: kafka.brokers, ...place, sessionTimeout })
    const done: object[] = []
    const during = async (what: string, change: () => Promise<void>) => {
      const began = performance.now()
      await change()
      const changed = performance.now()
      await gaps.untilAllMove(lanes, 60_000).catch(async (cause: Error) => {
        const lines = member.lines.all.slice(-60).map(line => JSON.stringify(line))
        throw new Error([`${what}: ${cause.message}`, await world.where(), ...lines].join('\n'), { cause })
      })
      done.push({
        what,
        took: Math.round(changed - began),
        longest: Math.max(...Object.values(gaps.take())),
        slowestSend: Math.round(crowd.takeSlowestSend()),
      })
    }
    try {
      crowd.start()
      await gaps.untilAllMove(lanes)
      gaps.take()
      crowd.takeSlowestSend()
      const first = await leader()
      await during('shut down', async () => {
        await kafka.shutDown(first ?? 0)
        await untilMovedFrom(first)
      })
      await during('restart', async () => {
        await kafka.restart(first ?? 0)
        await untilAllInSync()
      })
      const second = await leader()
      await during('kill', async () => {
        await kafka.kill(second ?? 0)
        await untilMovedFrom(second)
      })
      expect(member.worker.state).toBe('running')
      expect(member.ended()).toBe(false)
      expect(second).not.toBe(first)
      await world.settle(40_000)
    } finally {
      await member.stop()
    }

    const accounts = await accountsOf(await world.copy())
    report({ what: 'leaders', done, ...accounts, rfisSent: crowd.rfiIds.length, failed: crowd.failedSends })
    expect(member.lines.of('lane-halted')).toEqual([])
    expect(accounts.contradictions.slice(0, 5)).toEqual([])
    expect(accounts.rfis).toBe(new Set(crowd.rfiIds).size)
    const referrals = Object.values(accounts.referrals).reduce((sum, count) => sum + count, 0)
    expect(referrals).toBe(crowd.referrals)
    expect(referrals).toBeGreaterThan(100)
    // What is wrong with some profiles and releases; nothing else.
    expect(Object.keys(accounts.dead).filter(code => !code.startsWith('directory '))).toEqual([])
  })
})

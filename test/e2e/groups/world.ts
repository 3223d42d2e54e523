import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openKafka } from '../../../src/adapters/kafka/log.ts'
import { createTopics } from '../../../src/adapters/kafka/topics.ts'
import { migrate } from '../../../src/adapters/mongo/migrate.ts'
import { openMongo } from '../../../src/adapters/mongo/store.ts'
import { hour, toTimestamp } from '../../../src/domain/time.ts'
import { collections } from '../../../src/roles/collections.ts'
import { type RoleName, roleNames } from '../../../src/roles/role.ts'
import { topics } from '../../../src/roles/topics.ts'
import { type Running, start } from '../../cli/run.ts'
import { copyToFolder } from '../../support/copy-to-folder.ts'
import { isDrained, untilDrained } from '../../support/drained.ts'
import { eventually } from '../../support/servers/eventually.ts'
import { temporaryFolder } from '../../support/simulated.ts'
import { Crowd } from './crowd.ts'
import { openMember } from './in-process.ts'
import { LaneGaps } from './lane-gaps.ts'

export interface WorldOptions {
  readonly brokers: string
  readonly prefix: string
  readonly mongodbUri: string
  readonly partitions: number
  readonly rfisAtOnce: number
  readonly plain?: boolean
}

export const workRoles: readonly RoleName[] = roleNames.filter(role => role !== 'clock')

/** Inputs of the five roles: profiles, weights, RFIs, commands, status, notices. */
const inputTopics = 6

export type World = Awaited<ReturnType<typeof openWorld>>

/** Topics, a database, the crowd around them, and the directory read; then workers may come and go. */
export async function openWorld({ brokers, prefix, mongodbUri, partitions, ...crowdOptions }: WorldOptions) {
  const folder = temporaryFolder()
  const workers = new Set<Running>()
  await migrate(collections, { uri: mongodbUri })
  const log = await openKafka({ brokers: brokers.split(','), topicPrefix: prefix })
  const store = await openMongo(collections, { uri: mongodbUri })
  await createTopics({ admin: await log.admin(), prefix }, { partitions })
  const crowd = new Crowd({ log, partitions, seed: 1, ...crowdOptions })
  await crowd.sendDirectory()
  await readDirectory()
  const gaps = new LaneGaps(store)

  /** Before any router starts, so that each has all profiles before its first RFI. */
  async function readDirectory(): Promise<void> {
    const directory = await openMember({ brokers, prefix, mongodbUri, roles: ['directory'] })
    try {
      await Promise.race([directory.running, untilDrained({ log, store }, ['directory'])])
    } finally {
      await directory.stop()
    }
  }

  async function idle(): Promise<boolean> {
    const soon = { nextDueAt: { lte: toTimestamp(Date.now() + hour), gt: '' } }
    return (
      crowd.waiting === 0 &&
      (await isDrained({ log, store }, workRoles)) &&
      (await store.count('referrals', soon)) === 0 &&
      (await store.count('referrals', {})) === crowd.referrals
    )
  }

  const standing = async () =>
    `${await store.count('referrals', {})} referrals, ${crowd.referrals} read, ${crowd.waiting} answers to send, ${await store.journal.unsentCount()} owed`

  const progress = async () =>
    JSON.stringify((await store.positions()).map(({ lane, offset }) => [lane, offset]))

  /** Where everything stands, for whoever has to find out why something doesn't go on. */
  async function where(): Promise<string> {
    const ends = (await log.stretches([topics.rfis, topics.referrals])).map(
      ({ topic, partition, end }) => `${topic}/${partition} ${end}`,
    )
    return [
      await standing(),
      crowd.standing,
      `ends ${ends.join(', ')}`,
      `positions ${await progress()}`,
    ].join('; ')
  }

  return {
    log,
    store,
    crowd,
    gaps,
    where,
    lanes: inputTopics * partitions,
    folder: folder.path,
    /** The real command. Everything at its record's time, so that the same input comes out the same again. */
    async startWorker(): Promise<Running> {
      const worker = start(['worker', '--json', '--event-time', '--log-level', 'warn'], {
        KAFKA_BROKERS: brokers,
        MONGODB_URI: mongodbUri,
        ROUTER_TOPIC_PREFIX: prefix,
      })
      workers.add(worker)
      await worker.until('"event":"ready"')
      return worker
    },
    /** SIGKILL to all there are: whoever tries again begins alone. */
    async killWorkers(): Promise<void> {
      await Promise.all([...workers].map(worker => worker.stop('SIGKILL')))
      workers.clear()
    },
    /** SIGTERM; the exit code. */
    async stopWorker(worker: Running): Promise<number | null> {
      workers.delete(worker)
      return (await worker.stop()).code
    },
    /** Who is in the group of each role that reads. */
    async members(): Promise<number[]> {
      const groups = await Promise.all(workRoles.map(role => log.groupMembers(role)))
      return groups.map(members => members.length)
    },
    /** The crowd asks for nothing more, all that is due is done, and nobody owes anything: twice in a row. */
    async settle(within: number): Promise<void> {
      crowd.askNoMore()
      let before = ''
      await eventually(
        'all work done',
        async () => {
          if (!(await idle())) throw new Error(await standing())
          const now = await progress()
          const twice = now === before
          before = now
          return twice
        },
        { within },
      )
    },
    /** All there is, as a folder. */
    async copy(): Promise<string> {
      const directory = join(folder.path, 'copy')
      rmSync(directory, { recursive: true, force: true })
      await copyToFolder({ log, store }, directory)
      return directory
    },
    async close(): Promise<void> {
      await this.killWorkers()
      await crowd.end().catch(() => undefined)
      await gaps.end().catch(() => undefined)
      await log.close()
      await store.close()
      folder.remove()
    },
  }
}

/** Figures of a run: `REPORT=1` prints them, `REPORT_FILE` has them added to a file, a line each. */
export function report(figures: object): void {
  const line = `${JSON.stringify(figures)}\n`
  if (process.env.REPORT !== undefined) process.stderr.write(line)
  if (process.env.REPORT_FILE !== undefined) appendFileSync(process.env.REPORT_FILE, line)
}

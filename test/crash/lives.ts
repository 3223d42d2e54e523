import { join } from 'node:path'
import { between, type Random, seeded } from '../../bench/random.ts'
import { Child, until } from './child.ts'
import type { FeederStatus } from './feeder.ts'
import { dueSoon, type Folder, openToLook, progressOf, sentRecords } from './look.ts'
import type { Sabotage } from './sabotage.ts'

export interface Plan {
  readonly directory: string
  readonly kills: number
  readonly rfis: number
  readonly seed: number
  readonly sabotage: Sabotage
  /** Profiles with few places, asked by the same customers again and again: routing then depends on the moment. */
  readonly crowded: boolean
  /** Called when a worker was killed, and again and again while one lives. */
  readonly watch?: (folder: Folder) => Promise<void>
}

/** One life of the worker, as it ended. */
export interface Life {
  /** Records that lanes took in it. */
  readonly advanced: number
  /** Records before the lanes when it was killed. */
  readonly left: number
  /** Journal entries committed and not marked sent. */
  readonly owed: number
}

export interface Outcome extends FeederStatus {
  readonly lives: readonly Life[]
  /** Of the worker that was let finish, and of one that found nothing left to do. */
  readonly exitCodes: readonly (number | null)[]
  /** Records that the latter sent. */
  readonly sentAfterwards: number
}

const root = join(import.meta.dirname, '..', '..')
const longestDelay = 150
const aims: readonly Aim[] = ['before it sends', 'before it marks as sent', 'anywhere']

/**
 * A worker that is killed again and again while others send and answer, and in the end is let finish. The first kills
 * fall among profiles; RFIs begin with a worker that has read them all.
 */
export async function runLives(plan: Plan): Promise<Outcome> {
  const { directory, kills, sabotage, watch = async () => undefined } = plan
  const random = seeded(plan.seed)
  const feeder = new Child('feeder', [
    join(import.meta.dirname, 'feeder.ts'),
    ...['--data', directory, '--seed', String(plan.seed), ...(plan.crowded ? ['--crowded'] : [])],
  ])
  await feeder.line()
  const folder = await openToLook(directory)
  const ask = async (request: string): Promise<FeederStatus> => JSON.parse(await feeder.ask(request))
  try {
    const lives: Life[] = []
    await ask('directory')
    lives.push(await live(startWorker(plan, 0), { folder, random, feed: null, aim: 'anywhere', watch }))
    await untilDirectoryIsRead(plan, folder)
    const share = Math.floor(plan.rfis / kills)
    for (let life = 1; life < kills; life += 1) {
      await ask(`rfis ${share}`)
      const more = async () => void (await ask('rfis 20'))
      const aim = aims[life % aims.length] ?? 'anywhere'
      lives.push(await live(startWorker(plan, life), { folder, random, feed: more, aim, watch }))
    }
    const { rfis } = await ask('status')
    await ask(`rfis ${Math.max(share, plan.rfis - rfis)}`)
    const last = startWorker(plan, kills)
    await untilDrained(folder, ask, { children: [last, feeder], timers: sabotage === 'none', watch })
    const status = await ask('status')
    const exitCode = await last.stop('SIGTERM')
    const sent = sentRecords(folder)
    const idle = startWorker({ ...plan, sabotage: 'none' }, 0)
    while (!(await idle.line()).includes('ready'));
    const exitCodes = [exitCode, await idle.stop('SIGTERM')]
    return { ...status, lives, exitCodes, sentAfterwards: sentRecords(folder) - sent }
  } finally {
    await feeder.stop('end of input')
    await folder.close()
  }
}

/**
 * The real command, with two threads, in the first half of the lives, and in all of a crowded run, where they are after
 * the same places; then one that differs in its small batches, and in that it lingers between a send and its mark. Both on
 * one folder, as nothing may depend on where a batch was cut.
 */
function startWorker({ directory, kills, sabotage, crowded }: Plan, life: number): Child {
  // What is lost of the directory would show in every referral: a sabotage has to be found without.
  const fault = life === 0 ? 'none' : sabotage
  const real = fault === 'none' && (crowded || life < kills / 2)
  const args = real
    ? [join(root, 'src/cli/main.ts'), 'worker', '--event-time', '--threads', '2', '--log-level', 'warn']
    : [join(import.meta.dirname, 'worker.ts'), '--sabotage', fault]
  return new Child(`worker ${life}`, [...args, '--data', directory])
}

/** When a worker is killed: at any moment, or at one that is short and matters. */
type Aim = 'anywhere' | 'before it sends' | 'before it marks as sent'

interface Circumstances {
  readonly folder: Folder
  readonly random: Random
  /** Sends a few RFIs; null in the first life, which has profiles alone. */
  readonly feed: (() => Promise<void>) | null
  readonly aim: Aim
  readonly watch: (folder: Folder) => Promise<void>
}

/** Lets the worker take some part of what lies before it, much or little, and kills it while there is more. */
async function live(worker: Child, { folder, random, feed, aim, watch }: Circumstances): Promise<Life> {
  const before = await progressOf(folder)
  const goal = before.done + 1 + Math.floor(random() * before.left)
  const gotSome = async () => {
    await watch(folder)
    const { done, left } = await progressOf(folder)
    return done >= goal || (done > before.done && left === 0)
  }
  await until('work', [worker], gotSome, { pause: 10 })
  await new Promise(resolve => setTimeout(resolve, between(random, 0, feed === null ? 0 : longestDelay)))
  const missed = aim === 'anywhere' || !(await untilItOwes(folder, worker, aim))
  if (missed && feed !== null && (await progressOf(folder)).left === 0) {
    await feed()
    await until('more work', [worker], async () => (await progressOf(folder)).left > 0, { pause: 0 })
  }
  await worker.kill()
  await watch(folder)
  const { done, left } = await progressOf(folder)
  return { advanced: done - before.done, left, owed: await folder.store.journal.unsentCount() }
}

const aimingTime = 300

/**
 * Waits for an entry of the journal that isn't sent, or that is sent and not yet marked so: there is little time for
 * either. False when none was met for a while.
 */
async function untilItOwes(folder: Folder, worker: Child, aim: Aim): Promise<boolean> {
  const end = performance.now() + aimingTime
  let sentBefore: number | null = null
  let met = false
  const aimed = async () => {
    const owes = (await folder.store.journal.unsentCount()) > 0
    if (!owes) sentBefore = null
    else if (aim === 'before it sends') met = true
    else {
      const sent = sentRecords(folder)
      sentBefore ??= sent
      met = sent > sentBefore
    }
    return met || performance.now() > end
  }
  await until('an entry unsent', [worker], aimed, { pause: 0 })
  return met
}

/** A worker of its own, so that every router to come reads all profiles before its first RFI. */
async function untilDirectoryIsRead(plan: Plan, folder: Folder): Promise<void> {
  const worker = startWorker(plan, 0)
  await until('the directory', [worker], async () => (await progressOf(folder, ['directory'])).left === 0)
  await worker.kill()
}

async function untilDrained(
  folder: Folder,
  ask: (request: string) => Promise<FeederStatus>,
  { children, timers, watch }: { children: readonly Child[]; timers: boolean; watch: Circumstances['watch'] },
): Promise<void> {
  let quietAt: number | null = null
  const drained = async () => {
    await watch(folder)
    const { idle } = await ask('status')
    const { done, left } = await progressOf(folder)
    const owed = await folder.store.journal.unsentCount()
    const quiet = idle && left === 0 && owed === 0 && (!timers || (await dueSoon(folder)) === 0)
    // Twice in a row: what one lane sent last may be another's first.
    if (quiet && quietAt === done) return true
    quietAt = quiet ? done : null
    return false
  }
  await until('all work done', children, drained, { deadline: 120_000, pause: 20 })
}

import { setImmediate } from 'node:timers/promises'
import { systemTime } from '../adapters/system-time.ts'
import { type Redriving, redrive, redrivenAtOnce } from '../lanes/redrive.ts'
import { persist } from '../lanes/retry.ts'
import type { Logger } from '../ports/logger.ts'
import { type Topic, topics } from '../roles/topics.ts'
import type { Backend } from './backend.ts'
import { countsOf, type Filter, type PageEnd, pageOf, redrivenAs } from './dead-letter-rows.ts'
import { keepFromDemo } from './demo/own-folder.ts'
import { Failure, wrongUsage } from './failure.ts'
import { isDataFolder, openToRead } from './folder.ts'
import { inputsOf } from './lane-places.ts'
import { isOnServers, withBackend } from './open-backend.ts'
import { type CommonOptions, configOf, loggerOf } from './options.ts'
import { print, printJson, tell } from './output.ts'
import { progressOf } from './progress.ts'
import { grouped } from './text.ts'

export interface RedriveOptions extends CommonOptions {
  readonly all?: boolean
  readonly code?: string
  readonly topic?: Topic
  readonly yes?: number
}

/** Rows read at once: each may have 350 KB. */
const pageSize = 50

/** Sends the named ones again, or all that the options mean: then only with the number of them. */
export async function redriveLetters(ids: readonly string[], options: RedriveOptions): Promise<void> {
  const { all = false, code, topic, yes, json = false } = options
  const many = all || code !== undefined || topic !== undefined
  if (many === ids.length > 0)
    throw wrongUsage('name dead letters, or say --all, --code <code> or --topic <topic>')
  if (all && (code !== undefined || topic !== undefined))
    throw wrongUsage('--all is all: leave out --code and --topic')
  if (!many && yes !== undefined)
    throw wrongUsage('--yes goes with --all, --code or --topic: dead letters that are named are sent')
  const filter: Filter = {
    ...(code === undefined ? {} : { code }),
    ...(topic === undefined ? {} : { topic }),
  }
  const config = configOf(options)
  // To write would make a folder that isn't there.
  if (!isOnServers(config) && !isDataFolder(config.data)) await openToRead(config)
  if (!isOnServers(config)) keepFromDemo(config.data, 'dead-letters redrive')
  const logger = await loggerOf(config)
  const { outcomes, notes } = await withBackend(config, { access: 'write', logger }, async backend => {
    // A server that is away is told at once; one that goes away on the way is waited for.
    await backend.store.find('halts', { where: {} })
    const wanted = many ? await confirmed(backend, filter, yes) : [...new Set(ids)]
    const outcomes = await sendAll(wanted, backend, logger)
    return { outcomes, notes: await notesOn(outcomes, backend) }
  })
  const sent = outcomes.filter(({ kind }) => kind === 'sent')
  const left = outcomes.filter(({ kind }) => kind !== 'sent')
  if (json) printJson({ sent: sent.map(({ id }) => id), refused: left.map(refusalOf), notes })
  else if (sent.length > 0) {
    print(`${grouped(sent.length)} sent again`)
    for (const note of notes) print(note)
  }
  const told = left
    .slice(0, mostTold)
    .map(refusalOf)
    .map(({ id, why }) => `${id}: ${why}`)
  if (left.length > mostTold) told.push(`and ${grouped(left.length - mostTold)} more; --json names them all`)
  if (left.length === 0) return
  if (!many || sent.length === 0) throw new Failure(told.join('\n'))
  tell(`not sent:\n${told.join('\n')}`)
}

const mostTold = 20

/** All that the filter means, if there are as many as expected. */
async function confirmed({ store }: Backend, filter: Filter, yes: number | undefined): Promise<string[]> {
  const counts = Object.entries(await countsOf(store, filter))
  const total = counts.reduce((sum, [, each]) => sum + each, 0)
  if (total === 0) throw new Failure('no dead letter is like that; dead-letters list shows what there is')
  const kinds = counts.map(([name, each]) => `${name} ${grouped(each)}`).join(', ')
  const are = total === 1 ? 'is 1' : `are ${grouped(total)}`
  if (yes === undefined)
    throw new Failure(`there ${are} (${kinds}); nothing was sent. Add --yes ${total} to send them again`)
  if (yes !== total)
    throw new Failure(
      `there ${are} (${kinds}), not ${grouped(yes)}; nothing was sent. Look again, then --yes ${total}`,
    )
  const ids: string[] = []
  let after: PageEnd | null = null
  // The ids first: one that is sent and fails again must not be met as another.
  while (ids.length < total) {
    const page = await pageOf(store, filter, { after, limit: Math.min(pageSize, total - ids.length) })
    const last = page.at(-1)
    if (last === undefined) break
    ids.push(...page.map(({ _id }) => _id))
    after = { timestamp: last.timestamp, id: last._id }
  }
  return ids
}

async function sendAll(
  ids: readonly string[],
  { store, log }: Backend,
  logger: Logger,
): Promise<Redriving[]> {
  const bar = progressOf('sending again', ids.length)
  const outcomes: Redriving[] = []
  try {
    for (let done = 0; done < ids.length; done += redrivenAtOnce) {
      const some = ids.slice(done, done + redrivenAtOnce)
      const work = () => redrive(some, { store, producer: log.producer, now: systemTime.now })
      const found = await persist(work, { time: systemTime, logger, what: 'redrive' })
      for (const outcome of found) {
        const redriven = outcome.kind === 'gone' ? await redrivenAs(store, outcome.id) : null
        outcomes.push(
          redriven === null ? outcome : { kind: 'refused', id: outcome.id, why: takenText(redriven) },
        )
      }
      bar.to(outcomes.length)
      // A worker on the same folder gets its turn.
      await setImmediate()
    }
  } finally {
    bar.end()
  }
  return outcomes
}

function takenText({ takenAt, again }: { readonly takenAt: string; readonly again: string | null }): string {
  return again === null
    ? `it was sent again and has had its effect, at ${takenAt}`
    : `it was sent again and failed again, at ${takenAt}: it is ${again} now`
}

function refusalOf(outcome: Redriving): { readonly id: string; readonly why: string } {
  const { id } = outcome
  return {
    id,
    why:
      outcome.kind === 'refused' ? outcome.why : 'there is no such dead letter; dead-letters list names them',
  }
}

/** What the sender should know about those who take it up. */
async function notesOn(outcomes: readonly Redriving[], backend: Backend): Promise<string[]> {
  const sent = outcomes.filter(outcome => outcome.kind === 'sent')
  if (sent.length === 0) return []
  const notes: string[] = []
  const before = sent.filter(outcome => outcome.before !== null).length
  if (before > 0)
    notes.push(`${grouped(before)} of them had been sent before; whichever comes second is dropped`)
  const readers = Object.entries(inputsOf).flatMap(([role, read]) =>
    read.map(topic => [role, topic] as const),
  )
  const lanes = new Set(
    readers
      .filter(([, topic]) => sent.some(one => one.topic === topic))
      .map(([role, topic]) => `${role}/${topic}`),
  )
  const halts = await backend.store.find('halts', { where: {} })
  const halted = halts
    .filter(({ _id }) => lanes.has(_id.slice(0, _id.lastIndexOf('/'))))
    .map(({ _id }) => _id)
  if (halted.length > 0)
    notes.push(
      `halted: ${halted.join(', ')}; what falls to such a lane waits until it goes on (lanes resume)`,
    )
  if ((await backend.workers()).length === 0) notes.push('no worker runs: they wait for the next')
  if (sent.some(({ topic }) => topic === topics.rfis))
    notes.push(
      `RFIs lie in their topic ${'data' in backend.on ? 'for as long as the folder does' : 'for 7 more days'}, contact data included`,
    )
  return notes
}

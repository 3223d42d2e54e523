/**
 * Everybody around the worker, as a process of its own that is never killed: it sends profiles and RFIs when told to, and
 * all the time reads `referrals` and answers what it reads there, as notifiers and partners would. It has no worker lock.
 *
 *   node test/crash/feeder.ts --data DIR --seed N [--crowded]
 *
 * A line on standard input is a request, and is answered by one line of JSON: `directory`, `rfis <count>`, `status`.
 */
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { systemTime } from '../../src/adapters/system-time.ts'
import { collections } from '../../src/roles/collections.ts'
import { topicNames, topics } from '../../src/roles/topics.ts'
import { type Answer, answersTo } from './feed/answers.ts'
import { directoryRecords } from './feed/profiles.ts'
import { createRfiFeed } from './feed/rfis.ts'

/** How it stands; idle when nothing is queued, waiting or unread. */
export interface FeederStatus {
  readonly rfis: number
  readonly referrals: number
  readonly commands: number
  readonly idle: boolean
}

const rfisAtOnce = 50
/** ms between two looks around. */
const rest = 15

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    crowded: { type: 'boolean', default: false },
  },
})
if (values.data === undefined) throw new Error('--data is needed')
const seed = Number(values.seed)
const { crowded } = values
const { log, close } = await openEmbedded(values.data, {
  catalogue: collections,
  topics: topicNames,
  time: systemTime,
  // It isn't killed, and while it waited for the disk the worker would wait for it.
  synchronous: 'off',
})
const nextRfi = createRfiFeed(seed, { crowded })
const read = Array.from({ length: await log.partitions(topics.referrals) }, () => 0)
const offered = new Set<string>()
let waiting: (Pick<Answer, 'record'> & { readonly at: number })[] = []
let queued = 0
let rfis = 0
let commands = 0
let open = true

const lines = createInterface({ input: process.stdin })
lines.on('line', line => void answer(line))
lines.once('close', () => {
  open = false
})
process.stdout.write('{"ready":true}\n')
while (open) {
  const now = Date.now()
  readOffers(now)
  await sendAnswers(now)
  await sendRfis(now)
  await setTimeout(rest)
}
await close()

async function answer(line: string): Promise<void> {
  const [request, count] = line.split(' ')
  if (request === 'directory') await log.producer.send(directoryRecords(seed, { crowded }))
  if (request === 'rfis') queued += Number(count)
  const idle = !readOffers(Date.now()) && queued === 0 && waiting.length === 0
  const status: FeederStatus = { rfis, referrals: offered.size, commands, idle }
  process.stdout.write(`${JSON.stringify(status)}\n`)
}

/** Plans the answers to what is new in `referrals`, where repeats are to be expected. Returns whether anything was. */
function readOffers(now: number): boolean {
  let some = false
  read.forEach((from, partition) => {
    for (const { offset, value } of log.read({ topic: topics.referrals, partition }, from, 500)) {
      some = true
      read[partition] = offset + 1
      const { referralId, partnerId, expiresAt } = JSON.parse(Buffer.from(value ?? []).toString())
      if (offered.has(referralId)) continue
      offered.add(referralId)
      const answers = answersTo({ referralId, partnerId, expiresAt: Date.parse(expiresAt) }, now)
      for (const { after, record } of answers) waiting.push({ at: now + after, record })
    }
  })
  return some
}

async function sendAnswers(now: number): Promise<void> {
  // A stable sort: what one referral is asked at one time keeps its order.
  const due = waiting.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at)
  if (due.length === 0) return
  waiting = waiting.filter(({ at }) => at > now)
  await log.producer.send(due.map(({ record }) => record))
  commands += due.length
}

async function sendRfis(now: number): Promise<void> {
  const count = Math.min(queued, rfisAtOnce)
  if (count === 0) return
  await log.producer.send(Array.from({ length: count }, () => nextRfi(now)).flat())
  queued -= count
  rfis += count
}

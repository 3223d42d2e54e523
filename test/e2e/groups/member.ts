/**
 * A worker on servers, as a process to be killed: with a short session, so that its group notices soon.
 *
 *   node test/e2e/groups/member.ts --brokers HOST:PORT,… --prefix NAME --mongodb URI
 *
 * It says `ready` when its tables are read. Any line on standard input makes it stop dead, for good, and say `dead`: right
 * after a commit, what that owes not sent yet, and with no transaction open. A server keeps a transaction that nobody
 * ends for a minute (`transactionLifetimeLimitSeconds`), and its lanes with it: true, but too long for a test.
 */
import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { jsonCodec } from '../../../src/adapters/json/json-codec.ts'
import { openKafka } from '../../../src/adapters/kafka/log.ts'
import { openMongo } from '../../../src/adapters/mongo/store.ts'
import { recordTime, systemTime } from '../../../src/adapters/system-time.ts'
import { Worker } from '../../../src/lanes/worker.ts'
import { createLogger } from '../../../src/ops/logging.ts'
import { collections } from '../../../src/roles/collections.ts'

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '' },
    prefix: { type: 'string', default: '' },
    mongodb: { type: 'string', default: '' },
  },
})
const logger = createLogger({ level: 'warn' })
const log = await openKafka({
  brokers: values.brokers.split(','),
  topicPrefix: values.prefix,
  // The shortest that brokers allow where they were not told otherwise.
  sessionTimeout: 6000,
  logger,
})
const store = await openMongo(collections, { uri: values.mongodb, logger })
let [asked, open] = [false, 0]
const mortal: typeof store = {
  ...store,
  async commit(unit) {
    open += 1
    try {
      return await store.commit(unit)
    } finally {
      open -= 1
      if (asked && open === 0 && unit.journal !== null) stopDead()
    }
  },
}
const worker = new Worker({
  log,
  store: mortal,
  codec: jsonCodec,
  time: systemTime,
  batchTime: recordTime,
  logger: {
    ...logger,
    info: (fields, event) => {
      if (event === 'ready') process.stdout.write('ready\n')
      else logger.info(fields, event)
    },
  },
  holder: `member/${process.pid}`,
})
const running = worker.run()
process.stdin.once('data', () => {
  asked = true
})
// Whoever started it is gone.
process.stdin.once('end', () => process.exit(1))
await running

/** To be killed: not even a heartbeat goes out any more. */
function stopDead(): void {
  writeSync(1, 'dead\n')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

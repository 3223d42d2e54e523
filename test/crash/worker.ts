/**
 * A worker on a data folder, as a process to be killed: all roles, everything at its record's time, small batches so that
 * kills find many places to land. SIGTERM stops it in order.
 *
 *   node test/crash/worker.ts --data DIR [--batch 40] [--sabotage none|journal|position|places]
 */
import { parseArgs } from 'node:util'
import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { lockFolder } from '../../src/adapters/embedded/worker-lock.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { recordTime, systemTime } from '../../src/adapters/system-time.ts'
import { Worker } from '../../src/lanes/worker.ts'
import { createLogger } from '../../src/ops/logging.ts'
import { collections } from '../../src/roles/collections.ts'
import { topicNames } from '../../src/roles/topics.ts'
import { isSabotage, sabotaged } from './sabotage.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    batch: { type: 'string', default: '40' },
    sabotage: { type: 'string', default: 'none' },
  },
})
const { data, batch, sabotage } = values
if (data === undefined || !isSabotage(sabotage)) throw new Error('--data, and a --sabotage that is known')

const lock = lockFolder(data)
const folder = await openEmbedded(data, { catalogue: collections, topics: topicNames, time: systemTime })
const worker = new Worker({
  ...sabotaged(folder, sabotage),
  codec: jsonCodec,
  time: systemTime,
  batchTime: recordTime,
  logger: createLogger({ level: 'warn' }),
  // The same in every life: the lease of the one before is its own.
  holder: 'crash-test',
  batchRecords: Number(batch),
  clockInterval: 100,
  timerPatience: 1000,
  heraldInterval: 100,
  heraldSettling: 300,
})
const running = worker.run()
const stop = () => void worker.stop()
process.once('SIGTERM', stop)
// Whoever started it is gone.
process.stdin.once('end', () => process.exit(1)).resume()
await running
process.stdin.destroy()
await folder.close()
lock.release()

import { describe, expect, test } from 'vitest'
import type { Log, LogConsumer, PartitionHandler } from '../../src/ports/log.ts'
import { expectNoticed } from './contract-case.ts'
import { embeddedLog } from './embedded-bed.ts'
import type { LogFactory } from './log-bed.ts'
import { logContract } from './log-contract.ts'

// Tests of the tests: logs that break one promise each, and the cases that must notice. Only promises whose breach
// shows at once are here: waiting in vain takes a case its whole deadline.

type Breaking = (log: Log) => Partial<Log>

function broken(breaking: Breaking): LogFactory {
  return async () => {
    const bed = await embeddedLog()
    return {
      ...bed,
      async open() {
        const log = await bed.open()
        return { ...log, ...breaking(log) }
      },
    }
  }
}

/** A log whose consumers call another handler than the one given. */
function handling(change: (handler: PartitionHandler) => Partial<PartitionHandler>): Breaking {
  return log => ({
    consumer: options => {
      const consumer = log.consumer(options)
      const run: LogConsumer['run'] = handler =>
        consumer.run({
          assigned: partition => handler.assigned(partition),
          batch: batch => handler.batch(batch),
          revoked: partition => handler.revoked(partition),
          ...change(handler),
        })
      return { ...consumer, run }
    },
  })
}

const logs: readonly (readonly [name: string, cases: RegExp, breaking: Breaking])[] = [
  [
    'that starts where it likes',
    /^delivery starts where/,
    handling(handler => ({
      assigned: async partition => {
        await handler.assigned(partition)
        return { kind: 'from', offset: 0 }
      },
    })),
  ],
  [
    'that delivers past a halt',
    /^halted: /,
    handling(handler => ({
      batch: async batch => {
        const answer = await handler.batch(batch)
        return answer.kind === 'halted' ? { kind: 'advanced', next: batch.to } : answer
      },
    })),
  ],
  [
    'that never revokes',
    /^(an empty topic|stop waits)/,
    handling(() => ({ revoked: async () => undefined })),
  ],
  [
    'that loses a record',
    /^batches are an unbroken chain/,
    handling(handler => ({
      batch: batch =>
        handler.batch({
          ...batch,
          from: batch.from + 1,
          records: [...batch.records, ...batch.records.slice(0, 1)],
        }),
    })),
  ],
  [
    'that reverses what is sent',
    /^(records of a key|keys, values|one send)/,
    log => ({ producer: { send: records => log.producer.send(records.toReversed()) } }),
  ],
  [
    'that drops headers',
    /^keys, values/,
    log => ({
      producer: { send: records => log.producer.send(records.map(record => ({ ...record, headers: {} }))) },
    }),
  ],
  [
    'that takes any log for its own',
    /^inspect: /,
    log => ({ inspect: async (...place) => ({ ...(await log.inspect(...place)), continues: true }) }),
  ],
]

describe.each(logs)('a log %s fails', (_name, cases, breaking) => {
  const concerned = logContract.filter(({ name }) => cases.test(name))
  test.each(concerned)('$name', async ({ run }) => {
    await expectNoticed(run(broken(breaking)))
  })
  test('at least one case is concerned', () => expect(concerned).not.toEqual([]))
})

import { expect } from 'vitest'
import type { Batch, BatchAnswer, Log, Start, TopicPartition } from '../../src/ports/log.ts'
import { consuming, type LogBed, type LogCase, logCase, outgoing, Recorder } from './log-bed.ts'

/** A topic of one partition with the values 0 … count − 1. */
async function filled(log: Log, bed: LogBed, count: number): Promise<string> {
  const topic = await bed.topic(1)
  await append(log, topic, 0, count)
  return topic
}

async function append(log: Log, topic: string, from: number, to: number): Promise<void> {
  await log.producer.send(numbers(from, to).map(value => outgoing(topic, 'key', value)))
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${from + index}`)
}

/** Keys that murmur2 puts into the partitions 0 and 1 of two. */
const [zeroth, first] = ['21', 'abc'] as const

export const consumingCases: readonly LogCase[] = [
  logCase('an empty topic: assigned, nothing delivered, revoked', async (log, bed) => {
    const recorder = new Recorder()
    await consuming(log, await bed.topic(2), recorder, ({ until }) =>
      until('both partitions', () => new Set(recorder.calls.map(({ partition }) => partition)).size === 2),
    )
    expect(recorder.batches()).toEqual([])
    const revoked = recorder.calls.filter(({ kind }) => kind === 'revoked').map(({ partition }) => partition)
    expect(revoked.sort()).toEqual([0, 1])
  }),
  logCase('nothing is delivered before assigned has answered', async (log, bed) => {
    const topic = await filled(log, bed, 3)
    const gate = Promise.withResolvers<void>()
    class Slow extends Recorder {
      override async assigned(partition: TopicPartition): Promise<Start> {
        const start = await super.assigned(partition)
        await gate.promise
        return start
      }
    }
    const slow = new Slow()
    await consuming(log, topic, slow, async ({ until }) => {
      await until('assignment', () => slow.calls.length > 0)
      await append(log, topic, 3, 5)
      expect(slow.batches()).toEqual([])
      gate.resolve()
      await until('all', () => slow.records().length >= 5)
    })
    expect(slow.values()).toEqual(numbers(0, 5))
  }),
  logCase('delivery starts where assigned says', async (log, bed) => {
    const topic = await filled(log, bed, 10)
    class Middle extends Recorder {
      override start = (_partition: TopicPartition, kept: number | undefined): Start => ({
        kind: 'from',
        offset: kept ?? 6,
      })
    }
    const recorder = new Middle()
    await consuming(log, topic, recorder, ({ until }) =>
      until('the rest', () => recorder.records().length >= 4),
    )
    expect(recorder.values()).toEqual(numbers(6, 10))
    expect(recorder.batches()[0]?.from).toBe(6)
  }),
  logCase('batches are an unbroken chain, each within its bound', async (log, bed) => {
    const topic = await filled(log, bed, 25)
    const recorder = new Recorder()
    const all = ({ until }: { until(what: string, holds: () => boolean): Promise<void> }) =>
      until('all', () => recorder.records().length >= 25)
    await consuming(log, topic, recorder, all, 10)
    expect(recorder.values()).toEqual(numbers(0, 25))
    let reached = 0
    for (const { from, to, records } of recorder.batches()) {
      expect(from).toBe(reached)
      expect(records.length).toBeLessThanOrEqual(10)
      for (const { offset } of records) expect(offset >= from && offset < to).toBe(true)
      reached = to
    }
  }),
  logCase('a part of a batch done: the rest comes again', async (log, bed) => {
    const topic = await filled(log, bed, 10)
    let rest: number | null = null
    class Partly extends Recorder {
      override async answer(batch: Batch): Promise<BatchAnswer> {
        const second = batch.records[1]
        if (rest !== null || second === undefined) return super.answer(batch)
        rest = second.offset
        return { kind: 'advanced', next: rest }
      }
    }
    const recorder = new Partly()
    await consuming(log, topic, recorder, ({ until }) =>
      until('the last again', () => recorder.values().filter(value => value === '9').length >= 2),
    )
    const [whole, again] = recorder.batches()
    expect(whole?.records).toHaveLength(10)
    expect(again?.from).toBe(rest)
    expect(recorder.values().slice(10)).toEqual(numbers(1, 10))
  }),
  logCase('restart: assigned is asked again, and says where', async (log, bed) => {
    const topic = await filled(log, bed, 6)
    let restarted = false
    class Doubting extends Recorder {
      override start = (_partition: TopicPartition, kept: number | undefined): Start => ({
        kind: 'from',
        offset: restarted ? 4 : (kept ?? 0),
      })
      override async answer(batch: Batch): Promise<BatchAnswer> {
        if (restarted) return super.answer(batch)
        restarted = true
        return { kind: 'restart' }
      }
    }
    const recorder = new Doubting()
    await consuming(log, topic, recorder, ({ until }) =>
      until('two batches', () => recorder.batches().length >= 2),
    )
    const [, again] = recorder.batches()
    expect(again?.from).toBe(4)
    const kinds = recorder.calls.map(({ kind }) => kind)
    expect(kinds.lastIndexOf('assigned')).toBeGreaterThan(kinds.indexOf('batch'))
  }),
  logCase('halted: that partition stops, the others go on', async (log, bed) => {
    const topic = await bed.topic(2)
    class Halting extends Recorder {
      override async answer(batch: Batch): Promise<BatchAnswer> {
        return batch.partition === 0 ? { kind: 'halted' } : super.answer(batch)
      }
    }
    const recorder = new Halting()
    await log.producer.send([outgoing(topic, zeroth, 'a'), outgoing(topic, first, 'b')])
    await consuming(log, topic, recorder, async ({ until }) => {
      await until('both', () => recorder.batches(0).length > 0 && recorder.batches(1).length > 0)
      await log.producer.send([outgoing(topic, zeroth, 'c'), outgoing(topic, first, 'd')])
      await until('the other', () => recorder.values(1).includes('d'))
      await log.producer.send([outgoing(topic, first, 'e')])
      await until('the other', () => recorder.values(1).includes('e'))
    })
    expect(recorder.batches(0)).toHaveLength(1)
    expect(recorder.values(0)).not.toContain('c')
  }),
  logCase('halted, then tried again: it goes on where the handler says', async (log, bed) => {
    const topic = await bed.topic(2)
    class Mended extends Recorder {
      mended = false
      override async answer(batch: Batch): Promise<BatchAnswer> {
        return batch.partition === 0 && !this.mended ? { kind: 'halted' } : super.answer(batch)
      }
    }
    const recorder = new Mended()
    await log.producer.send([outgoing(topic, zeroth, 'a'), outgoing(topic, first, 'b')])
    await consuming(log, topic, recorder, async ({ until, retry }) => {
      await until('both', () => recorder.batches(0).length > 0 && recorder.values(1).includes('b'))
      const others = recorder.calls.length
      // One that isn't halted starts again too; one that isn't there does nothing.
      retry({ topic, partition: 1 })
      retry({ topic, partition: 7 })
      const since = () => recorder.calls.slice(others)
      await until('the other', () =>
        since().some(({ kind, partition }) => kind === 'assigned' && partition === 1),
      )
      await log.producer.send([outgoing(topic, first, 'c')])
      await until('it goes on', () => recorder.values(1).includes('c'))
      expect(since().map(({ partition }) => partition)).not.toContain(7)
      recorder.mended = true
      // The answer is known here before the consumer has acted on it.
      await until('it goes on', () => {
        retry({ topic, partition: 0 })
        return recorder.batches(0).length > 1
      })
    })
    expect([0, 1].map(partition => recorder.values(partition))).toEqual([
      ['a', 'a'],
      ['b', 'c'],
    ])
  }),
  logCase('halted from the start: nothing of it, all of the others', async (log, bed) => {
    const topic = await bed.topic(2)
    class Halted extends Recorder {
      override start = ({ partition }: TopicPartition, kept: number | undefined): Start =>
        partition === 0 ? { kind: 'halted' } : { kind: 'from', offset: kept ?? 0 }
    }
    const recorder = new Halted()
    await log.producer.send([outgoing(topic, zeroth, 'a'), outgoing(topic, first, 'b')])
    await consuming(log, topic, recorder, ({ until }) =>
      until('the other', () => recorder.values(1).includes('b')),
    )
    expect(recorder.batches(0)).toEqual([])
  }),
  logCase('a waiting consumer sees what another handle appends', async (log, bed) => {
    const topic = await filled(log, bed, 1)
    const other = await bed.open()
    const recorder = new Recorder()
    await consuming(log, topic, recorder, async ({ until }) => {
      for (const [turn, handle] of [other, log, other].entries()) {
        await until('all so far', () => recorder.records().length > turn)
        await append(handle, topic, turn + 1, turn + 2)
      }
      await until('all', () => recorder.records().length >= 4)
    })
    expect(recorder.values()).toEqual(numbers(0, 4))
  }),
  logCase('stop waits for the batch under way, delivers nothing more, then revokes', async (log, bed) => {
    const topic = await filled(log, bed, 10)
    const gate = Promise.withResolvers<void>()
    const events: string[] = []
    class Busy extends Recorder {
      override async answer(batch: Batch): Promise<BatchAnswer> {
        events.push(`batch, aborted: ${batch.signal.aborted}`)
        await gate.promise
        events.push(`done, aborted: ${batch.signal.aborted}`)
        return super.answer(batch)
      }
      override async revoked(partition: TopicPartition): Promise<void> {
        events.push('revoked')
        await super.revoked(partition)
      }
    }
    const recorder = new Busy()
    const check = async (consumer: {
      stop(): Promise<void>
      until(what: string, holds: () => boolean): Promise<void>
    }) => {
      await consumer.until('a batch', () => events.length > 0)
      const stopping = consumer.stop().then(() => events.push('stopped'))
      await append(log, topic, 10, 12)
      expect(events).toEqual(['batch, aborted: false'])
      gate.resolve()
      await stopping
    }
    await consuming(log, topic, recorder, check, 5)
    expect(events).toEqual(['batch, aborted: false', 'done, aborted: true', 'revoked', 'stopped'])
  }),
  logCase('what was answered is committed for the group, as a hint', async (log, bed) => {
    const topic = await filled(log, bed, 5)
    const recorder = new Recorder()
    await consuming(log, topic, recorder, ({ until }) => until('all', () => recorder.records().length >= 5))
    const at = { offset: 0, timestamp: null }
    expect((await log.inspect({ topic, partition: 0 }, at, `group-of-${topic}`)).committed).toBe(5)
    expect((await log.inspect({ topic, partition: 0 }, at, 'nobody')).committed).toBeNull()
  }),
  logCase('two groups read each for itself', async (log, bed) => {
    const topic = await filled(log, bed, 3)
    const recorders = [new Recorder(), new Recorder()]
    const consumers = recorders.map((recorder, index) => {
      const consumer = log.consumer({ group: `group-${index}-of-${topic}`, topics: [topic], batchRecords: 2 })
      return { consumer, running: consumer.run(recorder) }
    })
    try {
      for (const recorder of recorders)
        await consuming(log, await bed.topic(1), new Recorder(), ({ until }) =>
          until('all', () => recorder.records().length >= 3),
        )
    } finally {
      for (const { consumer, running } of consumers) {
        await consumer.stop()
        await running
      }
    }
    for (const recorder of recorders) expect(recorder.values()).toEqual(numbers(0, 3))
  }),
  logCase('stopped before it ran: delivers nothing', async (log, bed) => {
    const topic = await filled(log, bed, 1)
    const recorder = new Recorder()
    const consumer = log.consumer({ group: `group-of-${topic}`, topics: [topic], batchRecords: 10 })
    await consumer.stop()
    await consumer.run(recorder)
    expect(recorder.batches()).toEqual([])
  }),
]

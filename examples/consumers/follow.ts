// Follows `referrals` and writes each to a file once, whatever comes twice: after a crash of the worker, or of this.
//   node follow.ts out.ndjson      KAFKA_BROKERS, ROUTER_TOPIC_PREFIX
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs'
import kafkajs from 'kafkajs'

const [file = 'referrals.ndjson'] = process.argv.slice(2)
const { KAFKA_BROKERS = 'localhost:9092', ROUTER_TOPIC_PREFIX: prefix = '' } = process.env

// By partition and lane the highest `seq`, two integers. What was written says it: file and state can't disagree.
const latest = new Map<string, readonly [number, number]>()
const isNew = (place: string, seq: string): boolean => {
  const [offset = 0, index = 0] = seq.split('.').map(Number)
  const [lastOffset, lastIndex] = latest.get(place) ?? [-1, -1]
  if (offset < lastOffset || (offset === lastOffset && index <= lastIndex)) return false
  latest.set(place, [offset, index])
  return true
}
const text = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
const whole = text.subarray(0, text.lastIndexOf('\n') + 1) // A crash may leave half a line.
if (whole.length < text.length) truncateSync(file, whole.length)
for (const line of whole.toString().split('\n').filter(Boolean)) {
  const { place, seq } = JSON.parse(line)
  isNew(place, seq)
}

const { Kafka, logLevel } = kafkajs
const client = new Kafka({
  clientId: 'notifier',
  brokers: KAFKA_BROKERS.split(','),
  logLevel: logLevel.ERROR,
})
const consumer = client.consumer({ groupId: `${prefix}notifier-ts`, sessionTimeout: 10_000 })
await consumer.connect()
await consumer.subscribe({ topic: `${prefix}referrals`, fromBeginning: true })
await consumer.run({
  // The offset is committed after the line is written: what is read again is known by its `seq`.
  eachMessage: async ({ partition, message: { headers, value } }) => {
    const [place, seq] = [`${partition} ${headers?.lane}`, String(headers?.seq)]
    if (isNew(place, seq))
      appendFileSync(file, `${JSON.stringify({ place, seq, referral: JSON.parse(String(value)) })}\n`, {
        flush: true,
      })
  },
})
process.once('SIGTERM', () => consumer.disconnect())

import { test } from 'vitest'
import { liveDescribe } from '../support/servers/servers.ts'
import { kafkaLog } from './kafka-bed.ts'
import { logContract } from './log-contract.ts'

liveDescribe('the log on Kafka', { needs: ['kafka'] }, () => {
  for (const { name, run } of logContract) test.concurrent(name, () => run(() => kafkaLog()))
})

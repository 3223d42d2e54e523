import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { joiningAs, kafkajs } from './corrections.ts'
import { isRebalance } from './errors.ts'

interface Group {
  memberId: string | null
  coordinator: { heartbeat(): Promise<void> }
  connect(): Promise<void>
  heartbeat(options: { readonly interval: number }): Promise<void>
}

/** kafkajs' part of a consumer that speaks with its group's coordinator, beside a cluster that is always there. */
function group(): Group {
  kafkajs()
  const require = createRequire(import.meta.url)
  const Part = require('kafkajs/src/consumer/consumerGroup.js') as new (options: object) => Group
  return new Part({
    logger: { namespace: () => ({}) },
    instrumentationEmitter: { emit: () => undefined },
    cluster: { connect: async () => undefined, refreshMetadataIfNecessary: async () => undefined },
  })
}

describe('a heartbeat to the coordinator', () => {
  const named = (name: string, more: object = {}) => Object.assign(new Error('gone'), { name, ...more })
  const beating = (error: Error) => {
    const beating = group()
    beating.memberId = 'member'
    beating.coordinator = { heartbeat: () => Promise.reject(error) }
    return beating.heartbeat({ interval: -1 })
  }
  test.each(['KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError'])(
    '%s: another one is looked for, and the group joined again',
    async name => {
      const error = await beating(named(name)).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ type: 'NOT_COORDINATOR_FOR_GROUP', message: 'gone', cause: { name } })
      expect(isRebalance(error)).toBe(true)
    },
  )
  test.each([
    named('KafkaJSProtocolError', { type: 'UNKNOWN_MEMBER_ID' }),
    named('KafkaJSProtocolError', { type: 'GROUP_AUTHORIZATION_FAILED' }),
    new TypeError('a bug'),
  ])('%s: as it is', async error => {
    await expect(beating(error)).rejects.toBe(error)
  })
})

describe('joining', () => {
  test.each([
    ['as the member it was before', 'former', null, 'former'],
    ['as a new one', null, null, null],
    ['as the one it is', 'former', 'own', 'own'],
  ])('%s', async (_name, former, own, expected) => {
    const joining = group()
    joining.memberId = own
    await joiningAs(former, () => joining.connect())
    expect(joining.memberId).toBe(expected)
    // Nobody else is taken for it.
    const next = group()
    await next.connect()
    expect(next.memberId).toBeNull()
  })
})

import { describe, expect, test } from 'vitest'
import { unavailable } from '../../ports/errors.ts'
import { kafkajs } from './corrections.ts'
import { isRebalance, isType, portError } from './errors.ts'

const kafka = kafkajs()

/** As kafkajs wraps what it tried several times. */
function retried(cause: Error): Error {
  return Object.assign(new Error(cause.message, { cause }), { name: 'KafkaJSNumberOfRetriesExceeded' })
}
const named = (name: string, message: string) => Object.assign(new Error(message), { name })
const protocol = (type: string) =>
  Object.assign(new Error(`it said ${type}`), { name: 'KafkaJSProtocolError', type, retriable: true })

describe('what a call of kafkajs failed with', () => {
  test.each([
    [
      'a refused connection',
      new kafka.KafkaJSConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }),
      'unavailable',
      true,
    ],
    [
      'a closed connection',
      retried(named('KafkaJSConnectionClosedError', 'Closed connection')),
      'unavailable',
      true,
    ],
    ['no answer in time', retried(named('KafkaJSRequestTimeoutError', 'timed out')), 'timeout', true],
    ['no leader', protocol('LEADER_NOT_AVAILABLE'), 'unavailable', true],
    ['too few replicas', retried(protocol('NOT_ENOUGH_REPLICAS')), 'unavailable', true],
    ['a new producer needed', protocol('OUT_OF_ORDER_SEQUENCE_NUMBER'), 'unavailable', true],
    ['no right to the topic', retried(protocol('TOPIC_AUTHORIZATION_FAILED')), 'configuration', false],
    ['no right to the group', protocol('GROUP_AUTHORIZATION_FAILED'), 'configuration', false],
    ['too large', retried(protocol('MESSAGE_TOO_LARGE')), 'configuration', false],
    [
      'a wrong password',
      named('KafkaJSSASLAuthenticationError', 'SASL SCRAM failed'),
      'configuration',
      false,
    ],
    ['another mechanism', retried(protocol('UNSUPPORTED_SASL_MECHANISM')), 'configuration', false],
    [
      'an unknown certificate',
      new kafka.KafkaJSConnectionError('Connection error: self-signed certificate'),
      'configuration',
      false,
    ],
    ['a bug', retried(new TypeError('Cannot read properties of undefined')), 'corrupt', false],
    ['nothing known', new Error('?'), 'unavailable', true],
    ['no error at all', 'text', 'unavailable', true],
  ])('%s', (_name, error, code, retryable) => {
    const told = portError('consuming as router', error)
    expect(told).toMatchObject({ code, retryable })
    expect(told.message).toMatch(/^consuming as router: ./)
  })
  test('a port error stays as it is', () => {
    const error = unavailable('already told')
    expect(portError('again', error)).toBe(error)
  })
  test('types are found through the causes', () => {
    expect(isType(retried(protocol('UNKNOWN_TOPIC_OR_PARTITION')), 'UNKNOWN_TOPIC_OR_PARTITION')).toBe(true)
    expect(isRebalance(retried(protocol('REBALANCE_IN_PROGRESS')))).toBe(true)
    expect(isRebalance(protocol('MESSAGE_TOO_LARGE'))).toBe(false)
  })
})

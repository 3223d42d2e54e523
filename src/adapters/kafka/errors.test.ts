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
  test.each([
    [
      'Connection error: 40DD8FC4477F0000:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number 42\n',
      'they want a certificate of ours, or another than it is (ssl/tls alert bad certificate)',
    ],
    [
      'Connection error: C0:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../ssl.c:77:\n',
      'what listens there is not encrypted (wrong version number)',
    ],
    [
      'Connection error: unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      'we do not know the authority that vouches for theirs (unable to verify the first certificate)',
    ],
    [
      "Connection error: Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: ",
      "their certificate is for another address (Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list:)",
    ],
    [
      'Connection error: certificate has expired',
      'their certificate is of another time (certificate has expired)',
    ],
  ])('of TLS in one line: %#', (message, told) => {
    const { message: said } = portError('asking', new kafka.KafkaJSConnectionError(message))
    expect(said).toBe(`asking: no encrypted connection to the brokers: ${told}`)
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

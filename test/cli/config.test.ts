import { describe, expect, it } from 'vitest'
import { closest, editDistance } from '../../src/ops/closest.ts'
import { type ConfigInput, readConfig } from '../../src/ops/config.ts'
import { fc } from '../support/property.ts'

const defaults = {
  data: '.data/default',
  dataByFlag: false,
  customerSecret: '',
  logLevel: 'warn',
  partitions: null,
  topicPrefix: '',
  health: null,
  kafka: null,
  mongodb: null,
  registry: null,
}

const good: [string, ConfigInput, object][] = [
  ['nothing set', { environment: {} }, {}],
  ['a variable', { environment: { ROUTER_DATA: 'a' } }, { data: 'a' }],
  [
    'a flag before a variable',
    { environment: { ROUTER_DATA: 'a' }, flags: { data: 'b' } },
    { data: 'b', dataByFlag: true },
  ],
  [
    'a variable before a default',
    { environment: { ROUTER_LOG_LEVEL: 'error' }, defaults: { logLevel: 'info' } },
    { logLevel: 'error' },
  ],
  ['a default', { environment: {}, defaults: { logLevel: 'info' } }, { logLevel: 'info' }],
  [
    'a port for health',
    { environment: { ROUTER_HEALTH_PORT: '8080' } },
    { health: { host: '127.0.0.1', port: 8080 } },
  ],
  [
    'an address for health',
    { environment: { ROUTER_HEALTH_PORT: '1', ROUTER_HEALTH_HOST: '0.0.0.0' }, flags: { healthPort: '0' } },
    { health: { host: '0.0.0.0', port: 0 } },
  ],
  ['partitions', { environment: { ROUTER_PARTITIONS: '12' } }, { partitions: 12 }],
  [
    'set to nothing is not set, and not zero',
    { environment: { ROUTER_PARTITIONS: '', ROUTER_DATA: '' } },
    {},
  ],
  [
    'brokers',
    { environment: { KAFKA_BROKERS: 'k:1, [::1]:2', MONGODB_URI: '' } },
    { kafka: { brokers: ['k:1', '[::1]:2'], ssl: null, sasl: null, sessionTimeout: 30_000 } },
  ],
  [
    'TLS by a certificate alone',
    { environment: { KAFKA_BROKERS: 'k:1', KAFKA_SSL_CA: 'ca.pem' } },
    {
      kafka: {
        brokers: ['k:1'],
        ssl: { ca: 'ca.pem', cert: null, key: null },
        sasl: null,
        sessionTimeout: 30_000,
      },
    },
  ],
  [
    'a login',
    {
      environment: {
        KAFKA_BROKERS: 'k:1',
        KAFKA_SSL: 'true',
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: 'u',
        KAFKA_SASL_PASSWORD: 'p',
      },
    },
    {
      kafka: {
        brokers: ['k:1'],
        ssl: { ca: null, cert: null, key: null },
        sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
        sessionTimeout: 30_000,
      },
    },
  ],
  [
    'a session',
    { environment: { KAFKA_BROKERS: 'k:1', KAFKA_SESSION_TIMEOUT_MS: '6000' } },
    { kafka: { brokers: ['k:1'], ssl: null, sasl: null, sessionTimeout: 6000 } },
  ],
  [
    'a database and a registry',
    {
      environment: { MONGODB_URI: 'mongodb://u:p@h/db?replicaSet=r', SCHEMA_REGISTRY_URL: 'https://r/apis' },
    },
    { mongodb: { uri: 'mongodb://u:p@h/db?replicaSet=r' }, registry: { url: 'https://r/apis', auth: null } },
  ],
  ['a prefix by flag', { environment: {}, flags: { topicPrefix: 'test.' } }, { topicPrefix: 'test.' }],
  ['other variables are not ours', { environment: { PATH: '/bin', router_data: 'x' } }, {}],
]

const bad: [string, ConfigInput, string[]][] = [
  ['a flag set to nothing', { environment: {}, flags: { data: '' } }, ['--data is ""']],
  ['zero partitions', { environment: { ROUTER_PARTITIONS: '0' } }, ['ROUTER_PARTITIONS is "0"']],
  ['half a partition', { environment: { ROUTER_PARTITIONS: '4.5' } }, ['ROUTER_PARTITIONS is "4.5"']],
  ['partitions in words', { environment: { ROUTER_PARTITIONS: 'four' } }, ['ROUTER_PARTITIONS is "four"']],
  ['a level', { environment: { ROUTER_LOG_LEVEL: 'loud' } }, ['ROUTER_LOG_LEVEL is "loud", expected one of']],
  ['a level by flag', { environment: {}, flags: { logLevel: 'loud' } }, ['--log-level is "loud"']],
  [
    'a misspelt name',
    { environment: { ROUTER_DTA: 'x' } },
    ['ROUTER_DTA is not a setting; did you mean ROUTER_DATA?'],
  ],
  [
    'a strange name',
    { environment: { ROUTER_COLOUR_OF_THE_SKY: 'x' } },
    ['ROUTER_COLOUR_OF_THE_SKY is not a setting; there are ROUTER_DATA'],
  ],
  ['brokers without a port', { environment: { KAFKA_BROKERS: 'k:1,k' } }, ['KAFKA_BROKERS is "k:1,k"']],
  ['a prefix', { environment: { ROUTER_TOPIC_PREFIX: 'a/b' } }, ['ROUTER_TOPIC_PREFIX is "a/b"']],
  ...['5999', '300001', '30s', '1e4', '7000.5'].map((value): (typeof bad)[number] => [
    `a session of ${value}`,
    { environment: { KAFKA_SESSION_TIMEOUT_MS: value } },
    [`KAFKA_SESSION_TIMEOUT_MS is "${value}", expected milliseconds, 6000 to 300000`],
  ]),
  [
    'half a login',
    { environment: { KAFKA_BROKERS: 'k:1', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' } },
    ['KAFKA_SASL_MECHANISM is set, but KAFKA_SASL_PASSWORD is not'],
  ],
  [
    'a certificate where TLS is off',
    { environment: { KAFKA_SSL: 'false', KAFKA_SSL_CA: 'x' } },
    ['KAFKA_SSL is "false", but a certificate is given'],
  ],
  [
    'a database address, which may hold a password',
    { environment: { MONGODB_URI: 'postgres://u:secret@h' } },
    ['MONGODB_URI is set to something else, expected mongodb://'],
  ],
  [
    'what a database address asks for and can not have',
    { environment: { MONGODB_URI: 'mongodb://u:p@h/?w=1&maxPoolSize=50&readPreference=nearest' } },
    [
      'MONGODB_URI says w=1: the worker needs majority',
      'MONGODB_URI says readPreference=nearest: the worker needs primary',
    ],
  ],
  [
    'a registry address that holds a password',
    { environment: { SCHEMA_REGISTRY_URL: 'http://u:secret@h' } },
    ['SCHEMA_REGISTRY_URL is set to something else, expected an http'],
  ],
  [
    'all at once',
    { environment: { ROUTER_PARTITION: '4', ROUTER_PARTITIONS: '-1', ROUTER_LOG_LEVEL: '?' } },
    ['did you mean ROUTER_PARTITIONS?', 'ROUTER_LOG_LEVEL is "?"', 'ROUTER_PARTITIONS is "-1"'],
  ],
]

describe('configuration', () => {
  it.each(good)('takes %s', (_, input, expected) => {
    expect(readConfig(input)).toEqual({ ok: true, config: { ...defaults, ...expected } })
  })

  it.each(bad)('refuses %s', (_, input, problems) => {
    const reading = readConfig(input)
    expect(reading).toEqual({
      ok: false,
      problems: problems.map(problem => expect.stringContaining(problem)),
    })
  })

  it('never repeats a secret', () => {
    const secret = 'hunter2'
    const reading = readConfig({
      environment: { MONGODB_URI: `mongo:${secret}`, SCHEMA_REGISTRY_URL: `http://a:${secret}@h` },
    })
    expect(JSON.stringify(reading)).not.toContain(secret)
  })

  it('is frozen', () => {
    const reading = readConfig({ environment: {} })
    expect(reading.ok && Object.isFrozen(reading.config)).toBe(true)
  })
})

describe('the closest word', () => {
  it.each([
    ['ROUTER_DATE', 'ROUTER_DATA'],
    ['router_data', 'ROUTER_DATA'],
    ['rfi', 'rfis'],
    ['weights', null],
  ])('%s → %s', (word, expected) => {
    expect(closest(word, ['ROUTER_DATA', 'rfis', 'referrals'])).toBe(expected)
  })

  it('lies at a distance that is a metric', () => {
    const word = fc.string({ maxLength: 8 })
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b) === 0).toBe(a === b)
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
      }),
    )
  })
})

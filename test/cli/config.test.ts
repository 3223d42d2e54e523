import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closest, editDistance } from '../../src/ops/closest.ts'
import { type ConfigInput, readConfig } from '../../src/ops/config.ts'

const defaults = {
  data: '.data/default',
  customerSecret: '',
  logLevel: 'warn',
  partitions: null,
  servers: [],
}

const good: [string, ConfigInput, object][] = [
  ['nothing set', { environment: {} }, {}],
  ['a variable', { environment: { ROUTER_DATA: 'a' } }, { data: 'a' }],
  ['a flag before a variable', { environment: { ROUTER_DATA: 'a' }, flags: { data: 'b' } }, { data: 'b' }],
  [
    'a variable before a default',
    { environment: { ROUTER_LOG_LEVEL: 'error' }, defaults: { logLevel: 'info' } },
    { logLevel: 'error' },
  ],
  ['a default', { environment: {}, defaults: { logLevel: 'info' } }, { logLevel: 'info' }],
  ['partitions', { environment: { ROUTER_PARTITIONS: '12' } }, { partitions: 12 }],
  [
    'set to nothing is not set, and not zero',
    { environment: { ROUTER_PARTITIONS: '', ROUTER_DATA: '' } },
    {},
  ],
  ['servers', { environment: { KAFKA_BROKERS: 'k:1', MONGODB_URI: '' } }, { servers: ['KAFKA_BROKERS'] }],
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

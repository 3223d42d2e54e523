import { describe, expect, it } from 'vitest'
import { type FindOptions, findServers, type Way } from './find.ts'
import { missingLine } from './names.ts'

/** A way that can't be tried, fails to start or starts; what it was asked for and what it stopped go to `told`. */
function way(label: string, does: 'unable' | 'fails' | 'starts', told: string[] = []): Way {
  return {
    label,
    unable: async () => (does === 'unable' ? `no ${label}` : null),
    start: async name => {
      told.push(`${label} starts ${name}`)
      if (does === 'fails') throw new Error(`${label} broke`)
      const stop = async () => void told.push(`${label} stops ${name}`)
      return { address: `${label}-${name}`, origin: label, stop }
    },
  }
}

const find = (options: Partial<FindOptions>) =>
  findServers({ environment: {}, ways: [], reach: async () => {}, ...options })
const given = { KAFKA_BROKERS: 'k:1', MONGODB_URI: 'mongodb://m/', SCHEMA_REGISTRY_URL: 'http://r' }

describe('finding servers', () => {
  it.each<{ name: string; options: Partial<FindOptions>; kafka: string | null; mongodb: string | null }>([
    {
      name: 'the environment first',
      options: { environment: given, ways: [way('a', 'starts')] },
      kafka: 'k:1',
      mongodb: 'mongodb://m/',
    },
    {
      name: 'each server by itself',
      options: { environment: { KAFKA_BROKERS: 'k:1' }, ways: [way('a', 'starts')] },
      kafka: 'k:1',
      mongodb: 'a-mongodb',
    },
    {
      name: 'an empty variable is none',
      options: { environment: { KAFKA_BROKERS: '' }, ways: [way('a', 'starts')] },
      kafka: 'a-kafka',
      mongodb: 'a-mongodb',
    },
    {
      name: 'the next way when one is unable',
      options: { ways: [way('a', 'unable'), way('b', 'starts')] },
      kafka: 'b-kafka',
      mongodb: 'b-mongodb',
    },
    {
      name: 'the next way when one fails',
      options: { ways: [way('a', 'fails'), way('b', 'starts')] },
      kafka: 'b-kafka',
      mongodb: 'b-mongodb',
    },
    { name: 'none', options: { ways: [way('a', 'unable')] }, kafka: null, mongodb: null },
  ])('$name', async ({ options, kafka, mongodb }) => {
    const { found } = await find(options)
    expect([found.kafka.address, found.mongodb.address]).toEqual([kafka, mongodb])
  })

  it('stops what it started, and only that, once', async () => {
    const told: string[] = []
    const { stop } = await find({ environment: { KAFKA_BROKERS: 'k:1' }, ways: [way('a', 'starts', told)] })
    await stop()
    await stop()
    expect(told.filter(line => line.includes('stops')).sort()).toEqual([
      'a stops mongodb',
      'a stops registry',
    ])
  })

  it('refuses an address that does not answer, tries nothing else, and stops what had started', async () => {
    const told: string[] = []
    const reach = async () => {
      throw new Error('refused')
    }
    const finding = find({ environment: { KAFKA_BROKERS: 'k:1' }, ways: [way('a', 'starts', told)], reach })
    await expect(finding).rejects.toThrow('KAFKA_BROKERS is given, but nothing answers there: refused')
    expect(told).toContain('a stops mongodb')
    expect(told).not.toContain('a starts kafka')
  })

  it('says of a missing server what was tried, in order, and what would help', async () => {
    const { found } = await find({ ways: [way('Docker', 'unable'), way('local', 'fails')] })
    if (found.mongodb.address !== null) throw new Error('found one')
    expect(missingLine('mongodb', found.mongodb)).toBe(
      'NO MONGODB: live tests that need it are skipped. Tried: MONGODB_URI is not set; Docker: no Docker; local: local broke. ' +
        'What helps: MONGODB_URI in the environment, a running Docker engine, or Python 3.10 or newer with venv and pip on the PATH.',
    )
  })
})

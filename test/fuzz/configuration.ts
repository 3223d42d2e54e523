/** Environments as nobody sets them: each must come to a configuration or to lines that say what is wrong. */
import { between, type Random } from '../../bench/random.ts'
import { readConfig } from '../../src/ops/config.ts'
import { chance, pick } from './samples.ts'

const names =
  `ROUTER_DATA ROUTER_CUSTOMER_SECRET ROUTER_LOG_LEVEL ROUTER_PARTITIONS ROUTER_TOPIC_PREFIX ROUTER_HEALTH_PORT
  ROUTER_HEALTH_HOST KAFKA_BROKERS KAFKA_SSL KAFKA_SSL_CA KAFKA_SSL_CERT KAFKA_SSL_KEY KAFKA_SASL_MECHANISM
  KAFKA_SASL_USERNAME KAFKA_SASL_PASSWORD KAFKA_SESSION_TIMEOUT_MS MONGODB_URI SCHEMA_REGISTRY_URL
  SCHEMA_REGISTRY_USERNAME SCHEMA_REGISTRY_PASSWORD ROUTER_PARTITION ROUTER__ ROUTER_${'X'.repeat(5000)}`.split(
    /\s+/,
  )
const secret = 'hunter2-secret'
const values = [
  '',
  ' ',
  '0',
  '4',
  '-1',
  '1e3',
  '0x10',
  '99999999999999999999',
  'true',
  'TRUE',
  'null',
  '__proto__',
  '\ud800',
  '\0',
  'localhost:9092',
  'localhost:99999',
  'a:1,b:2',
  'a:1,,b',
  '[::1]:9092',
  ',',
  `${'a'.repeat(20_000)}:1`,
  `mongodb://user:${secret}@h/db`,
  'mongodb://',
  'mongodb://h:x/?w=0',
  'mongodb+srv://a.b.c/x?readPreference=secondary',
  `mongodb://${'h,'.repeat(5000)}h/db`,
  `http://u:${secret}@h`,
  'http://',
  'https://h/p?q#f',
  'ftp://h',
  'plain',
  'scram-sha-256',
  `${'a'.repeat(50_000)}!`,
  'a.'.repeat(20_000),
  '%'.repeat(5000),
  `mongodb://h/?${'a=b&'.repeat(5000)}`,
  'info',
  '6000',
  'x/y',
  '..',
]
const secrets = new Set([
  'ROUTER_CUSTOMER_SECRET',
  'KAFKA_SASL_PASSWORD',
  'MONGODB_URI',
  'SCHEMA_REGISTRY_URL',
  'SCHEMA_REGISTRY_PASSWORD',
])

/** What one environment comes to: `ok`, `refused`, or what was wrong with the answer. */
export function tryConfiguration(random: Random): {
  readonly outcome: string
  readonly problem: string | null
} {
  const environment: Record<string, string> = {}
  for (let count = between(random, 1, 6); count > 0; count -= 1) {
    const name = pick(random, names)
    const value = pick(random, values)
    environment[name] = chance(random, 0.2) && secrets.has(name) ? secret : value
  }
  const reading = readConfig({ environment })
  if (reading.ok) return { outcome: 'taken', problem: null }
  const shown = reading.problems.some(
    line => line.includes(secret) && [...secrets].some(name => line.startsWith(name)),
  )
  if (reading.problems.length === 0) return { outcome: 'refused', problem: 'refused without a word' }
  return {
    outcome: 'refused',
    problem: shown ? `a secret is shown: ${reading.problems.join(' / ').slice(0, 300)}` : null,
  }
}

import { readFileSync } from 'node:fs'
import type { KafkaOptions } from '../adapters/kafka/client.ts'
import type { KafkaConfig } from '../ops/config.ts'

/** With the files' texts instead of their paths. */
export function clientOptions({
  brokers,
  ssl,
  sasl,
  sessionTimeout,
}: KafkaConfig): Pick<KafkaOptions, 'brokers' | 'ssl' | 'sasl' | 'sessionTimeout'> {
  if (ssl === null) return { brokers, ssl: null, sasl, sessionTimeout }
  const texts = Object.entries(ssl).flatMap(([name, path]) =>
    path === null ? [] : [[name, readFileSync(path, 'utf8')] as const],
  )
  return { brokers, ssl: Object.fromEntries(texts), sasl, sessionTimeout }
}

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { KafkaOptions } from '../adapters/kafka/client.ts'
import type { KafkaConfig } from '../ops/config.ts'
import { misconfigured } from '../ports/errors.ts'

type Files = NonNullable<KafkaConfig['ssl']>

const variables: Readonly<Record<keyof Files, string>> = {
  ca: 'KAFKA_SSL_CA',
  cert: 'KAFKA_SSL_CERT',
  key: 'KAFKA_SSL_KEY',
}

/**
 * With the files' texts instead of their paths.
 * @throws PortError `configuration` that names the variable and the file, for one that can't be read or isn't what it should
 * be: a connection would fail for it much later, or trust nobody, and say neither
 */
export function clientOptions({
  brokers,
  ssl,
  sasl,
  sessionTimeout,
}: KafkaConfig): Pick<KafkaOptions, 'brokers' | 'ssl' | 'sasl' | 'sessionTimeout'> {
  return { brokers, ssl: ssl === null ? null : textsOf(ssl), sasl, sessionTimeout }
}

function textsOf(ssl: Files): NonNullable<KafkaOptions['ssl']> {
  const texts: Partial<Record<keyof Files, string>> = {}
  for (const name of ['ca', 'cert', 'key'] as const) {
    const path = ssl[name]
    if (path === null) continue
    const fault = (reason: string, cause: unknown) =>
      misconfigured(`${variables[name]} is ${path}, which ${reason}`, cause)
    const text = attempt(
      () => readFileSync(path, 'utf8'),
      error => fault(`can't be read (${error.message})`, error),
    )
    attempt(
      () => (name === 'key' ? createPrivateKey(text) : new X509Certificate(text)),
      error => fault(`holds no ${name === 'key' ? 'unencrypted private key' : 'certificate'} in PEM`, error),
    )
    texts[name] = text
  }
  attempt(
    () => createSecureContext(texts),
    error => misconfigured(`KAFKA_SSL_CERT and KAFKA_SSL_KEY don't fit together (${error.message})`, error),
  )
  return texts
}

function attempt<T>(work: () => T, told: (error: Error) => Error): T {
  try {
    return work()
  } catch (error) {
    throw told(error as Error)
  }
}

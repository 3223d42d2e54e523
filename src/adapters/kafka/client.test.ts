import { expect, test } from 'vitest'
import { createClient, showsPassword } from './client.ts'

const sasl = { mechanism: 'plain', username: 'u', password: 'p' } as const

test.each([
  ['no password', { brokers: ['k:1'], ssl: null, sasl: null }, false],
  ['TLS', { brokers: ['k:1'], ssl: {}, sasl }, false],
  ['only on this machine', { brokers: ['localhost:1', '127.0.0.1:2', '[::1]:3'], sasl }, false],
  ['over the network', { brokers: ['127.0.0.1:1', 'k:1'], ssl: null, sasl }, true],
  ['a name that only begins like this machine', { brokers: ['localhost.example:1'], sasl }, true],
  ['scram', { brokers: ['10.0.0.1:1'], sasl: { ...sasl, mechanism: 'scram-sha-512' as const } }, true],
])('a password is shown: %s', (_name, options, expected) => {
  expect(showsPassword(options)).toBe(expected)
})

test('what it was given is left as it was: kafkajs puts functions into its own, and ours goes on to threads', () => {
  const options = {
    brokers: ['k:1'],
    ssl: { ca: 'text' },
    sasl: { ...sasl, mechanism: 'scram-sha-256' as const },
  }
  const before = structuredClone(options)
  createClient(options)
  expect(structuredClone(options)).toEqual(before)
})

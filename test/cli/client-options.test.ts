import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOptions } from '../../src/cli/client-options.ts'
import { makeAuthority } from '../support/servers/certificates.ts'
import { temporaryFolder } from '../support/simulated.ts'

describe('files of PEM', () => {
  const folder = temporaryFolder()
  const path = (name: string) => join(folder.path, name)
  const optionsOf = (files: { readonly ca?: string; readonly cert?: string; readonly key?: string }) =>
    clientOptions({
      brokers: ['k:1'],
      ssl: { ca: null, cert: null, key: null, ...files },
      sasl: null,
      sessionTimeout: 30_000,
    })
  let own: { readonly cert: string; readonly key: string }

  beforeAll(async () => {
    own = await (await makeAuthority(folder.path, 'authority')).certify('client')
    writeFileSync(path('text'), 'no PEM')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(path('other-key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const
    writeFileSync(path('encrypted'), privateKey.export(encrypted))
  })
  afterAll(() => folder.remove())

  test('that fit are read', () => {
    const { ssl } = optionsOf({ ca: path('authority.pem'), cert: own.cert, key: own.key })
    expect(Object.keys(ssl ?? {})).toEqual(['ca', 'cert', 'key'])
    expect(ssl?.ca).toMatch(/^-----BEGIN CERTIFICATE-----/)
  })

  test.each<[string, () => Parameters<typeof optionsOf>[0], RegExp]>([
    ['not there', () => ({ ca: path('gone') }), /^KAFKA_SSL_CA is .*gone, which can't be read \(ENOENT/],
    ['no certificate', () => ({ ca: path('text') }), /^KAFKA_SSL_CA is .*text, which holds no certificate/],
    [
      'a key for a certificate',
      () => ({ cert: own.key, key: own.key }),
      /^KAFKA_SSL_CERT is .*, which holds no certificate in PEM$/,
    ],
    [
      'an encrypted key',
      () => ({ cert: own.cert, key: path('encrypted') }),
      /^KAFKA_SSL_KEY is .*encrypted, which holds no unencrypted private key in PEM$/,
    ],
    [
      "another certificate's key",
      () => ({ cert: own.cert, key: path('other-key') }),
      /^KAFKA_SSL_CERT and KAFKA_SSL_KEY don't fit together/,
    ],
  ])('%s: said with the variable', (_, files, told) => {
    expect(() => optionsOf(files())).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(told) }),
    )
  })
})

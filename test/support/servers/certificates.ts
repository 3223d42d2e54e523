import 'reflect-metadata'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** An authority of the test's own, and what it certifies, as PEM files in a folder. */
export interface Authority {
  /** Path of its own certificate. */
  readonly path: string
  /** A certificate for 127.0.0.1 and its key, unencrypted. Paths; `both` has the two in one file, the key first. */
  certify(name: string): Promise<{ readonly cert: string; readonly key: string; readonly both: string }>
}

export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const keys = await newKeys()
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) }
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    ...validity,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  })
  const write = (file: string, text: string) => {
    const path = join(folder, file)
    writeFileSync(path, text)
    return path
  }
  const path = write(`${name}.pem`, own.toString('pem'))
  return {
    path,
    async certify(subject) {
      const theirs = await newKeys()
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${subject}`,
        issuer: own.subject,
        ...validity,
        signingKey: keys.privateKey,
        publicKey: theirs.publicKey,
        signingAlgorithm: algorithm,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
      })
      const cert = certificate.toString('pem')
      const key = pem(await crypto.subtle.exportKey('pkcs8', theirs.privateKey))
      return {
        cert: write(`${subject}-cert.pem`, cert),
        key: write(`${subject}-key.pem`, key),
        both: write(`${subject}.pem`, `${key}${cert}\n`),
      }
    },
  }
}

function newKeys() {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

function pem(key: ArrayBuffer): string {
  const lines =
    Buffer.from(key)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
}

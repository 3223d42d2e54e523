import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { SecretFingerprint } from '../roles/documents/operations.ts'

const derive = promisify<string, Buffer, number, Buffer>(scrypt)
const hashLength = 16

/**
 * Tells whether another worker has the same secret. Slow on purpose (scrypt, about 50 ms) and salted: whoever reads the
 * store can test guesses against it, and shall not test many. Null for an empty secret.
 */
export async function fingerprintOf(secret: string): Promise<SecretFingerprint | null> {
  if (secret === '') return null
  const salt = randomBytes(16)
  return { salt: salt.toString('base64url'), hash: await hashOf(secret, salt) }
}

export async function isFingerprintOf(
  fingerprint: SecretFingerprint | null,
  secret: string,
): Promise<boolean> {
  if (fingerprint === null || secret === '') return fingerprint === null && secret === ''
  return (await hashOf(secret, Buffer.from(fingerprint.salt, 'base64url'))) === fingerprint.hash
}

async function hashOf(secret: string, salt: Buffer): Promise<string> {
  return (await derive(secret, salt, hashLength)).toString('base64url')
}

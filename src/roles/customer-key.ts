import { createHmac } from 'node:crypto'
import { foldText } from '../domain/regions.ts'
import type { Customer } from '../domain/rfi.ts'

/**
 * Who a customer is, as a keyed hash: of the e-mail address, else of country, company name and postal code. Null when it told
 * neither, and then nothing can be a repeat of it. Whoever sees the keys can't test addresses against them without the
 * secret. An empty secret is everyone's: then a key hides an address from a glance alone, and anyone can find out
 * whether one they guess is among them, even after its contact was erased.
 */
export function customerKey(customer: Customer, secret: string): string | null {
  const email = customer.contact?.email?.trim().toLowerCase() ?? ''
  // What forms are filled in with for want of an address (`n/a`, `-`) is everybody's.
  if (address.test(email)) return hash(secret, ['email', email])
  const name = foldText(customer.name ?? '')
  if (name === '') return null
  return hash(secret, ['company', customer.country, name, foldText(customer.postalCode ?? '')])
}

const address = /^[^\s@]+@[^\s@]+$/

function hash(secret: string, parts: readonly string[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

import { positionIn } from '../adapters/json/position.ts'
import { type Topic, topics } from '../roles/topics.ts'
import type { Backend } from './backend.ts'

/** The field of a record that its topic is keyed by; null where the key is no field of the value. */
export const keyFields: Readonly<Record<Topic, string | null>> = {
  [topics.profiles]: 'profileId',
  [topics.weights]: null,
  [topics.rfis]: 'rfiId',
  [topics.commands]: 'referralId',
  [topics.referrals]: 'partnerId',
  [topics.status]: 'partnerId',
  [topics.notices]: 'rfiId',
  [topics.decisions]: 'rfiId',
  [topics.visibility]: 'partnerId',
  [topics.deadLetters]: null,
}

/** A value as JSON, whatever it was written in. */
export async function readValue(
  { codec }: Pick<Backend, 'codec'>,
  topic: Topic,
  bytes: Uint8Array | null,
): Promise<ReadValue> {
  if (bytes === null) return { ok: true, value: null }
  const [decoded] = await codec.decode(topic, [bytes])
  return decoded?.kind === 'value' ? { ok: true, value: decoded.value } : { ok: false }
}

export type ReadValue =
  | { readonly ok: true; readonly value: unknown }
  /** Where it stops being JSON, in characters from 0, as far as can be told. */
  | { readonly ok: false; readonly position?: number }

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function jsonOf(bytes: Uint8Array | null): ReadValue {
  if (bytes === null) return { ok: true, value: null }
  try {
    return { ok: true, value: JSON.parse(utf8.decode(bytes)) }
  } catch (error) {
    const position = positionIn(error)
    return position === null ? { ok: false } : { ok: false, position }
  }
}

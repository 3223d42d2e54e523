import type { OutgoingRecord } from '../../../src/ports/log.ts'

const encoder = new TextEncoder()

export function jsonRecord(
  topic: string,
  key: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): OutgoingRecord {
  return { topic, key, value: encoder.encode(JSON.stringify(value)), headers }
}

/** Bytes that are no JSON. */
export function brokenRecord(topic: string, key: string): OutgoingRecord {
  return { topic, key, value: encoder.encode('{"rfiId": "broken'), headers: {} }
}

export function tombstone(topic: string, key: string): OutgoingRecord {
  return { topic, key, value: null, headers: {} }
}

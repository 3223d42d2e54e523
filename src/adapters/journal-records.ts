import type { OutgoingRecord } from '../ports/log.ts'

/**
 * An entry's records as one run of bytes: four bytes with the length of a JSON text, the text, then the values one after
 * another. The text has a line a record and the length of each value. A value that several records share (one event goes
 * to several topics) is held once. One row an entry instead of one a record: the journal is written far more than read.
 */
interface Layout {
  readonly lengths: readonly number[]
  /** Topic, key (text, or a number: then that value is the key), headers, number of the value or null. */
  readonly records: readonly (readonly [
    string,
    string | number | null,
    OutgoingRecord['headers'],
    number | null,
  ])[]
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const prefix = 4

export function packRecords(records: readonly OutgoingRecord[]): Uint8Array {
  const values: Uint8Array[] = []
  const numbers = new Map<Uint8Array, number>()
  const numberOf = (value: Uint8Array): number => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, values.length)
    return values.push(value) - 1
  }
  const lines = records.map(
    ({ topic, key, headers, value }) =>
      [
        topic,
        key === null || typeof key === 'string' ? key : numberOf(key),
        headers,
        value === null ? null : numberOf(value),
      ] as const,
  )
  const layout: Layout = { lengths: values.map(({ length }) => length), records: lines }
  const text = encoder.encode(JSON.stringify(layout))
  const packed = new Uint8Array(
    prefix + text.length + layout.lengths.reduce((sum, length) => sum + length, 0),
  )
  new DataView(packed.buffer).setUint32(0, text.length)
  packed.set(text, prefix)
  let at = prefix + text.length
  for (const value of values) {
    packed.set(value, at)
    at += value.length
  }
  return packed
}

export function unpackRecords(packed: Uint8Array): OutgoingRecord[] {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0)
  let at = prefix + length
  const layout: Layout = JSON.parse(decoder.decode(packed.subarray(prefix, at)))
  const values = layout.lengths.map(size => {
    at += size
    return packed.slice(at - size, at)
  })
  const valueAt = (number: number): Uint8Array => {
    const value = values[number]
    if (value === undefined) throw new RangeError(`a journal entry has no value ${number}`)
    return value
  }
  return layout.records.map(([topic, key, headers, value]) => ({
    topic,
    key: typeof key === 'number' ? valueAt(key) : key,
    headers,
    value: value === null ? null : valueAt(value),
  }))
}

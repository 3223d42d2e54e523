import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { partitionOf } from '../ports/murmur2.ts'
import { misrouted } from './misrouted.ts'

const record = (key: Uint8Array | null) => ({ offset: 0, timestamp: 0, key, value: null, headers: {} })

test('each record with a key belongs to one partition, those without belong to all', () => {
  const keys = fc.array(fc.option(fc.uint8Array({ maxLength: 40 })), { maxLength: 20 })
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 50 }), (keys, partitions) => {
      const records = keys.map(record)
      const keyed = keys.filter(key => key !== null).length
      let elsewhere = 0
      for (let at = 0; at < partitions; at += 1) elsewhere += misrouted(records, at, partitions)
      expect(elsewhere).toBe(keyed * (partitions - 1))
    }),
  )
})

test('known ones', () => {
  const keys = ['21', 'abc', 'abc'].map(key => new TextEncoder().encode(key))
  expect(keys.map(key => partitionOf(key, 2))).toEqual([0, 1, 1])
  expect([0, 1].map(partition => misrouted(keys.map(record), partition, 2))).toEqual([2, 1])
})

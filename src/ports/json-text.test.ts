import { expect, test } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { jsonOf, jsonOfDocument, underId } from './json-text.ts'

const value = fc.dictionary(fc.string({ minLength: 1 }).filter(isPlain), fc.jsonValue())

/** An object puts names that are numbers first, so they would come before `_id`. */
function isPlain(name: string): boolean {
  return !/^\d+$/.test(name) && name !== '_id' && name !== '__proto__'
}

test('a document under an id is written as ever, before and after its value was', () => {
  fc.assert(
    fc.property(fc.string(), value, fc.boolean(), (id, value, isFirst) => {
      const document = underId(id, value)
      expect(document).toEqual({ ...value, _id: id })
      if (isFirst) expect(jsonOf(value)).toBe(JSON.stringify(value))
      expect(jsonOfDocument(document)).toBe(JSON.stringify({ _id: id, ...value }))
      expect(jsonOf(value)).toBe(JSON.stringify(value))
    }),
  )
})

test('and so is one that shares nothing', () => {
  expect(jsonOfDocument({ _id: 'a' })).toBe('{"_id":"a"}')
})

import { expect, test } from 'vitest'
import { reasonCodes, reasonKind, reasonKinds, reasonNeedsNotes, reasons, reasonText } from './reasons.ts'

test.each([
  [1, 'fit', false],
  [2, 'customer', false],
  [3, 'customer', false],
  [4, 'fit', false],
  [5, 'customer', false],
  [6, 'fit', false],
  [7, 'spam', false],
  [8, 'other', true],
] as const)('reason %i is of kind %s, notes required: %s', (code, kind, notes) => {
  expect(reasonKind(code)).toBe(kind)
  expect(reasonNeedsNotes(code)).toBe(notes)
  expect(reasonText(code)).not.toBe('')
})

test('the file holds exactly the codes and kinds of the types', () => {
  expect(reasons.map(({ code }) => code)).toEqual([...reasonCodes])
  expect(new Set(reasons.map(({ kind }) => kind))).toEqual(new Set(reasonKinds))
})

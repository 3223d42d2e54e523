import { expect, test } from 'vitest'
import { positionIn } from './position.ts'

const errorOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}

test.each([
  ['{"a":1 "b":2}', 7],
  ['{"a":1,}', 7],
  ['["a"', 4],
  // Quoted whole in the message: none of it may be taken for its own.
  ['at position 91234567', null],
  [' in JSON at position 7', null],
  ['x in JSON at position 5 (line 1 column 6)', null],
])('%j', (text, position) => expect(positionIn(errorOf(text))).toBe(position))

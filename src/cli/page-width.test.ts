import { expect, it } from 'vitest'
import { pageWidth } from './page-width.ts'

it.each<[number | null, Record<string, string>, number]>([
  [80, { COLUMNS: '200' }, 80],
  [null, { COLUMNS: '200' }, 200],
  [null, {}, 100],
  [null, { COLUMNS: '' }, 100],
  [null, { COLUMNS: 'wide' }, 100],
  [null, { COLUMNS: '0' }, 100],
])('a terminal of %j and %j take %i columns', (terminal, environment, width) => {
  expect(pageWidth(terminal, environment)).toBe(width)
})

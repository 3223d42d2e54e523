import { describe, expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { CsvError, readCsv } from './csv.ts'

describe('reading CSV', () => {
  it.each([
    ['plain fields', 'a,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['no line break at the end', 'a,b\n1,2', [{ a: '1', b: '2' }]],
    ['CRLF', 'a,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    ['a byte order mark', '\uFEFFa\n1', [{ a: '1' }]],
    ['a quoted comma', 'a,b\n"1,5",2', [{ a: '1,5', b: '2' }]],
    ['doubled quotes', 'a\n"he said ""no"""', [{ a: 'he said "no"' }]],
    ['a quoted line break', 'a,b\n"1\r\n1",2\n', [{ a: '1\r\n1', b: '2' }]],
    ['empty fields', 'a,b,c\n,"",\n', [{ a: '', b: '', c: '' }]],
    ['an empty field at the very end', 'a,b\n1,', [{ a: '1', b: '' }]],
    ['a header alone', 'a,b\n', []],
  ])('takes %s', (_, text, records) => {
    expect(readCsv(text)).toEqual(records)
  })

  it.each([
    ['', 'the file is empty'],
    ['a,b\n1\n', 'record 1 has 1 fields, the header has 2'],
    ['a\n"1', 'record 1 opens a quote and never closes it'],
    ['a\n1\n"1"2', 'record 2 goes on after a closing quote'],
    ['a\n1"2"', 'record 1 has a quote inside an unquoted field'],
  ])('refuses %j', (text, message) => {
    expect(() => readCsv(text)).toThrow(new CsvError(message))
  })

  it('reads back whatever was written', () => {
    const field = fc.string({ unit: fc.constantFrom(',', '"', '\n', '\r', ' ', 'a', '道') })
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field)), rows => {
        const text = [['a', 'b'], ...rows].map(row => row.map(quoted).join(',')).join('\n')
        expect(readCsv(text)).toEqual(rows.map(([a, b]) => ({ a, b })))
      }),
    )
  })
})

import { expect, test } from 'vitest'
import { addressProblems, optionsIn } from './address.ts'
import { connect } from './client.ts'

test.each([
  ['w=1', ['w=1: the worker needs majority']],
  [
    'W=0&readConcernLevel=local',
    ['W=0: the worker needs majority', 'readConcernLevel=local: the worker needs majority'],
  ],
  ['j=false&journal=false', ['j=false: the worker needs true', 'journal=false: the worker needs true']],
  ['readPreference=secondaryPreferred', ['readPreference=secondaryPreferred: the worker needs primary']],
  ['wtimeoutMS=5', ['wtimeoutMS=5: the worker waits for the majority however long it takes']],
  ['timeoutMS=5', [expect.stringContaining('timeoutMS=5: one bound for whole calls')]],
  ['useBigInt64=true', ['useBigInt64=true: the worker reads and writes documents its own way']],
  // As Atlas hands addresses out, and what may be set.
  ['retryWrites=true&w=majority&appName=x', []],
  ['readPreference=primary&readConcernLevel=majority&journal=true', []],
  ['maxPoolSize=5&socketTimeoutMS=1&tls=true&retryWrites=false&compressors=zlib&toString=1', []],
])('%s', (options, problems) => {
  expect(addressProblems(`mongodb://u:p@h/db?${options}`)).toEqual(problems)
})

test('an address without options has none', () => {
  expect(optionsIn('mongodb://h')).toEqual([])
  expect(optionsIn('mongodb://h/?a=b%20c')).toEqual([{ name: 'a', value: 'b c' }])
})

const settled = (options: string, given: { timeoutMS?: number } = {}) => {
  const { client } = connect({ uri: `mongodb://127.0.0.1:1/${options}`, ...given })
  const { maxPoolSize, minPoolSize, socketTimeoutMS, connectTimeoutMS, appName, readPreference } =
    client.options
  return { maxPoolSize, minPoolSize, socketTimeoutMS, connectTimeoutMS, appName, mode: readPreference.mode }
}

test.each<[string, { timeoutMS?: number }, Partial<ReturnType<typeof settled>>]>([
  ['', {}, { maxPoolSize: 20, socketTimeoutMS: 20_000, connectTimeoutMS: 4000, appName: 'referral-router' }],
  ['?maxPoolSize=3', {}, { maxPoolSize: 3, mode: 'primary' }],
  ['?maxpoolsize=0', {}, { maxPoolSize: 0 }],
  ['?minPoolSize=30', {}, { minPoolSize: 30, maxPoolSize: 30 }],
  [
    '?socketTimeoutMS=7&connectTimeoutMS=8&appName=mine',
    {},
    { socketTimeoutMS: 7, connectTimeoutMS: 8, appName: 'mine' },
  ],
  [
    '?socketTimeoutMS=7&connectTimeoutMS=8',
    { timeoutMS: 9000 },
    { socketTimeoutMS: 9000, connectTimeoutMS: 8 },
  ],
])('what %j says holds', (options, given, expected) => {
  expect(settled(options, given)).toMatchObject(expected)
})

test('what it can not have is refused before anything is reached', () => {
  expect(() => settled('?w=1')).toThrow('the address of MongoDB says w=1: the worker needs majority')
})

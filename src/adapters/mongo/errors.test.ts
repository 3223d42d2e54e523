import {
  MongoAPIError,
  MongoBulkWriteError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoTopologyClosedError,
} from 'mongodb'
import { expect, test } from 'vitest'
import { misconfigured, PortError } from '../../ports/errors.ts'
import { misconfiguring, passing, refusing, tooLarge } from './codes.ts'
import { codeOf, hasLabel, isTooLarge, isTransient, isUnknown, portError } from './errors.ts'

const place = 'MongoDB at db.example:27017/referral_router'
const server = (code: number, message = 'no', errorLabels: string[] = []) =>
  new MongoServerError({ code, message, errorLabels })
const within = (cause: Error) => new MongoBulkWriteError(cause as MongoServerError, {} as never)

test.each<[string, Error, PortError['code'], boolean, RegExp]>([
  [
    'a lost connection',
    new MongoNetworkError('connection 3 closed'),
    'unavailable',
    true,
    /can't be reached/,
  ],
  [
    'one met by a bulk write',
    within(new MongoNetworkError('closed')),
    'unavailable',
    true,
    /can't be reached/,
  ],
  ['an answer too late', new MongoNetworkTimeoutError('timed out'), 'timeout', true, /too late/],
  ['a topology just closed', new MongoTopologyClosedError('closed'), 'unavailable', true, /reached/],
  [
    'a name that does not resolve',
    nodeError('querySrv', 'ENOTFOUND'),
    'unavailable',
    true,
    /querySrv ENOTFOUND/,
  ],
  ['not primary', server(10107), 'unavailable', true, /now/],
  ['shutting down', server(11600), 'unavailable', true, /now/],
  ['no majority in time', server(64), 'unavailable', true, /now/],
  ['a full disk', server(14031), 'unavailable', true, /now/],
  ['what the server calls passing', server(99_999, 'x', ['RetryableWriteError']), 'unavailable', true, /now/],
  ['too long', server(50), 'timeout', true, /too long/],
  ['a wrong password', server(18), 'configuration', false, /name or password/],
  ['a wrong password at Atlas', server(8000), 'configuration', false, /name or password/],
  [
    'not allowed',
    server(13, 'not authorized on x'),
    'configuration',
    false,
    /doesn't allow it: not authorized/,
  ],
  [
    'no replica set',
    server(20, 'Transaction numbers are …'),
    'configuration',
    false,
    /replica set is needed/,
  ],
  ['more copies than members', server(100), 'configuration', false, /no/],
  ['a validator', within(server(121, 'Document failed validation')), 'configuration', false, /validation/],
  ['too large', server(10334), 'corrupt', false, /larger than 16 MiB/],
  [
    'too large for the driver',
    new MongoAPIError('Document is larger than the maximum size 1'),
    'corrupt',
    false,
    /16/,
  ],
  ['a wrong option', new MongoAPIError('tls can not be false'), 'configuration', false, /tls/],
  ['an unknown code', server(17_000), 'corrupt', false, /code 17000/],
  ['a bad value', server(2), 'corrupt', false, /code 2\b/],
  ['a name no collection may have', server(73), 'configuration', false, /no/],
  ['not primary, as it was once', server(10_058), 'unavailable', true, /now/],
  ['interrupted while the storage changes', server(355), 'unavailable', true, /now/],
  ['too many at once', server(99_998, 'x', ['SystemOverloadedError']), 'unavailable', true, /now/],
])('%s', (_name, error, code, retryable, message) => {
  const told = portError(error, place)
  expect(told).toBeInstanceOf(PortError)
  expect(told).toMatchObject({ code, retryable })
  expect(String(told)).toMatch(message)
  expect(String(told)).toContain(place)
})

test.each<[number, boolean]>([
  [17_000, true],
  [31_337, true],
  ...[1, 2, 13, 18, 50, 66, 73, 112, 121, 189, 10_107, 10_334, 11_000].map((code): [number, boolean] => [
    code,
    false,
  ]),
])('code %i is unknown: %s', (code, unknown) => {
  expect(isUnknown(server(code))).toBe(unknown)
  expect(isUnknown(within(server(code)))).toBe(unknown)
})

test('only what the server says can be unknown', () => {
  for (const error of [
    new MongoNetworkError('closed'),
    within(new MongoNetworkError('closed')),
    new TypeError('x'),
  ])
    expect(isUnknown(error)).toBe(false)
  expect(isUnknown(server(17_000, 'x', ['TransientTransactionError']))).toBe(false)
})

test('no code means two things', () => {
  const all = [...passing, ...misconfiguring, ...refusing, ...tooLarge]
  expect(all.filter((code, at) => all.indexOf(code) !== at)).toEqual([])
})

test('a bug stays what it is, and so does what has been told', () => {
  const bug = new TypeError('x is not a function')
  expect(portError(bug, place)).toBe(bug)
  const known = misconfigured('no')
  expect(portError(known, place)).toBe(known)
})

test('documents and logins go no further', () => {
  const refused = server(
    13,
    'not authorized on x to execute command { insert: "contacts", documents: [ { email: "a@x.pt" } ] }',
  )
  const document = Object.assign(within(server(121, 'failed')), {
    writeErrors: [{ err: { op: { email: 'a@x.pt' } } }],
  })
  const login = new MongoAPIError('mongodb://me:hidden@db.example:27017/ is wrong')
  for (const error of [refused, document, login]) {
    const told = portError(error, place) as PortError
    const all = [
      told.message,
      told.stack,
      told.cause,
      (told.cause as Error).stack,
      JSON.stringify(told),
    ].join()
    expect(all).not.toMatch(/a@x\.pt|hidden/)
  }
})

test('labels and codes are found under what wraps them', () => {
  const conflict = server(112, 'WriteConflict', ['TransientTransactionError'])
  for (const error of [conflict, within(conflict)]) {
    expect(isTransient(error)).toBe(true)
    expect(codeOf(error)).toBe(112)
    expect(hasLabel(error, 'UnknownTransactionCommitResult')).toBe(false)
  }
  expect(isTransient(server(11000))).toBe(false)
  expect(codeOf(within(new MongoNetworkError('closed')))).toBeNull()
  expect(isTooLarge(conflict)).toBe(false)
})

function nodeError(syscall: string, code: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { syscall, code })
}

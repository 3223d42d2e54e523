import { describe, expect, test } from 'vitest'
import { misconfigured, unavailable } from '../../ports/errors.ts'
import { portError } from './errors.ts'
import { Grace, isClientFault } from './grace.ts'

describe('a fault that mostly passes', () => {
  const bug = portError('sending', new TypeError('Cannot read properties of undefined'))
  test('is retryable for half a minute from when it was first met, then for good', () => {
    let now = 1000
    const grace = new Grace<string>(new Map(), () => now)
    const retryable = () => grace.judge('topic', bug).retryable
    expect(retryable()).toBe(true)
    now += 29_999
    expect(retryable()).toBe(true)
    expect(grace.judge('other', misconfigured('there is no topic'))).toMatchObject({
      retryable: true,
      message: 'there is no topic',
    })
    now += 1
    expect(retryable()).toBe(false)
    expect(grace.judge('topic', bug)).toBe(bug)
    expect(grace.judge('other', bug).retryable).toBe(true)
  })
  test('begins anew when it has worked in between', () => {
    let now = 0
    const grace = new Grace<string>(new Map(), () => now)
    grace.judge('topic', bug)
    now += 29_000
    grace.passed('topic')
    grace.judge('topic', bug)
    now += 29_000
    expect(grace.judge('topic', bug).retryable).toBe(true)
  })
  test('what is retryable anyway stays as it is', () => {
    const error = unavailable('gone')
    expect(new Grace(new Map(), () => 0).judge('topic', error)).toBe(error)
  })
  test('a bug of the client is told from what somebody has to change', () => {
    expect(isClientFault(bug)).toBe(true)
    expect(isClientFault(misconfigured('no right'))).toBe(false)
  })
})

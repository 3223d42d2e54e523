import { describe, expect, it } from 'vitest'
import { cacheFolder } from './cache.ts'
import { hostsOf } from './reach.ts'
import { javaVersion } from './tools.ts'
import { withDatabase } from './with-database.ts'

describe('addresses', () => {
  it.each([
    ['mongodb://h:1', 'mongodb://h:1/own'],
    ['mongodb://h:1/?directConnection=true', 'mongodb://h:1/own?directConnection=true'],
    ['mongodb://a:1,b:2/other?replicaSet=r', 'mongodb://a:1,b:2/own?replicaSet=r'],
    ['mongodb+srv://u:p@h/other', 'mongodb+srv://u:p@h/own?authSource=other'],
    ['mongodb://u:p@h', 'mongodb://u:p@h/own?authSource=admin'],
    ['mongodb://u:p@h/?authSource=x', 'mongodb://u:p@h/own?authSource=x'],
  ])('%s with a database of its own is %s', (uri, expected) => {
    expect(withDatabase(uri, 'own')).toBe(expected)
  })

  it.each([
    ['kafka', 'a:1,b', ['a:1', 'b:9092']],
    ['kafka', '[::1]:19092', ['::1:19092']],
    ['mongodb', 'mongodb://u:p@a:1,b/x?y=z', ['a:1', 'b:27017']],
    ['mongodb', 'mongodb+srv://a/', []],
    ['registry', 'https://r/apis/ccompat/v7', ['r:443']],
    ['registry', 'http://r:8081', ['r:8081']],
  ] as const)('the hosts of %s %s', (name, address, expected) => {
    expect(hostsOf(name, address).map(({ host, port }) => `${host}:${port}`)).toEqual(expected)
  })

  it.each([
    [{ REFERRAL_ROUTER_CACHE: '/own', XDG_CACHE_HOME: '/xdg' }, '/own'],
    [{ REFERRAL_ROUTER_CACHE: '', XDG_CACHE_HOME: '/xdg' }, '/xdg/referral-router'],
    [{}, expect.stringMatching(/\.cache\/referral-router$/)],
  ])('the cache folder under %j', (environment, expected) => {
    expect(cacheFolder(environment)).toEqual(expected)
  })

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_412"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ['', null],
    [null, null],
  ])('%j is Java %s', (answer, expected) => {
    expect(javaVersion(answer)).toBe(expected)
  })
})

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { cached } from './cache.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'referral-router-cache-'))
  vi.stubEnv('REFERRAL_ROUTER_CACHE', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const thing = (fill: (path: string) => void) =>
  cached({
    name: 'thing-1',
    sign: 'sign',
    fill: async path => {
      await setImmediate()
      fill(path)
    },
  })
const whole = (path: string) => writeFileSync(join(path, 'sign'), '')

it('fills once, and hands out the folder after that', async () => {
  const fill = vi.fn(whole)
  expect(await thing(fill)).toBe(await thing(fill))
  expect(fill).toHaveBeenCalledOnce()
})

it('two that fill at once end with one whole folder and nothing beside it', async () => {
  expect(new Set(await Promise.all([thing(whole), thing(whole), thing(whole)]))).toHaveLength(1)
  expect(readdirSync(folder)).toEqual(['thing-1'])
})

it('a filling that fails leaves nothing', async () => {
  const broken = () => {
    throw new Error('no network')
  }
  await expect(thing(broken)).rejects.toThrow('no network')
  await expect(thing(() => {})).rejects.toThrow('sign is not in it')
  expect(readdirSync(folder)).toEqual([])
})

it('a folder that lost its sign is filled anew', async () => {
  rmSync(join(await thing(whole), 'sign'))
  expect(readdirSync(await thing(whole))).toEqual(['sign'])
  expect(readdirSync(folder)).toEqual(['thing-1'])
})

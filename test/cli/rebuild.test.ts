import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openData } from '../support/embedded.ts'
import { sampleHistory, simulate, temporaryFolder } from '../support/simulated.ts'
import { run, start } from './run.ts'

const own = /^referral-router-rebuild-/

describe('rebuild', () => {
  const folder = temporaryFolder()
  afterAll(() => folder.remove())
  const data = ['--data', folder.path]
  const asJson = async (...words: string[]) => {
    const { code, stdout } = await run(['rebuild', ...words, '--json', ...data])
    return { code, ...JSON.parse(stdout) }
  }
  beforeAll(() => simulate(folder.path, sampleHistory().slice(0, 900), async () => undefined), 60_000)

  it('finds no difference in a history, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await run(['rebuild', 'all', ...data])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^all rebuilt of [\d,]+ events in [\d,]+ journal entries, beside [\d,]+ live documents\n/,
    )
    expect(stdout).toMatch(/no difference; nothing was exchanged\n$/)
    expect(readdirSync(folder.path).filter(name => own.test(name))).toEqual([])
  })

  it('names what differs, exchanges it, and says so', async () => {
    const names = await damageInboxOf(folder.path, 60)
    const checked = await run(['rebuild', 'inbox', '--check', ...data])
    expect(checked).toMatchObject({ code: 1, stderr: '' })
    expect(checked.stdout).toMatch(/60 differences: inbox 60\n/)
    expect(checked.stdout).toContain(`${names[0]}`)
    expect(checked.stdout).toMatch(/… and 10 more\n/)
    expect(checked.stdout).toMatch(/nothing was exchanged: --check only compares\n$/)

    // What others were rebuilt for is left alone.
    expect(await asJson('funnel')).toMatchObject({ code: 0, differences: {}, exchanged: false })
    const mended = await asJson('inbox')
    expect(mended).toMatchObject({ code: 1, differences: { inbox: 60 }, exchanged: true, left: 0 })
    expect(mended.named).toHaveLength(50)
    expect(mended.named[0]).toMatchObject({ collection: 'inbox', kind: 'differs', path: 'favorite' })
    expect(await asJson('all')).toMatchObject({ code: 0, differences: {}, exchanged: false })
  })

  it('cleans up what was left by one that was killed', async () => {
    const before = await asJson('all')
    const killed = start(['rebuild', 'all', ...data])
    const left = () => readdirSync(folder.path).filter(name => own.test(name))
    await expect.poll(left, { interval: 5, timeout: 10_000 }).toHaveLength(1)
    await killed.stop('SIGKILL')
    mkdirSync(join(folder.path, 'referral-router-rebuild-999999999'))
    expect(left()).toHaveLength(2)
    expect(await asJson('all')).toEqual(before)
    expect(left()).toEqual([])
  })

  it('says what is wrong with what was typed', async () => {
    expect(await run(['rebuild', 'everything', ...data])).toMatchObject({ code: 2 })
    const nowhere = join(folder.path, 'nowhere')
    const { code, stderr } = await run(['rebuild', 'all', '--data', nowhere])
    expect(code).toBe(1)
    expect(stderr).toMatch(/there is no data folder at/)
    expect(existsSync(nowhere)).toBe(false)
  })
})

async function damageInboxOf(directory: string, count: number): Promise<string[]> {
  const { store, close } = await openData(directory, { partitions: 4 })
  try {
    const rows = await store.find('inbox', { where: {}, sort: [['_id', 1]], limit: count })
    const writes = rows.map(row => ({ ...row, favorite: !row.favorite }))
    await store.commit({
      ...{ move: null, journal: null },
      writes: writes.map(document => ({ kind: 'put', collection: 'inbox', document })),
    })
    return rows.map(({ _id }) => _id)
  } finally {
    await close()
  }
}

import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openToRead, openToWrite, withFolder } from '../../src/cli/folder.ts'
import { deadLetter } from '../../src/roles/dead-letter.ts'
import type { DeadDocument } from '../../src/roles/documents/operations.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'
import { jsonLines, type Running, run, start, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
let worker: Running | null = null
afterAll(async () => {
  await worker?.stop('SIGKILL')
  folder.remove()
})

const hour = 3_600_000
/** The record came an hour ago, to a worker that couldn't read it. */
const came = Date.now() - hour

/** A dead letter as a worker that lacked a schema had left it, of bytes that can be read now. */
function letterOf(topic: Topic, offset: number, value: object, timestamp = came): DeadDocument {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  const fault = { code: 'unknown-schema', field: '', found: 'schema 7', expected: 'a schema' } as const
  const origin = { topic, partition: 0, offset, timestamp, key: new TextEncoder().encode('k'), bytes }
  const { write } = deadLetter('router', { ...origin, headers: { campaign: 'spring' } }, fault)
  if (write.kind !== 'put' || write.collection !== 'dead') throw new Error('no dead letter')
  return write.document
}

const rfi = (rfiId: string) => ({
  rfiId,
  occurredAt: new Date(came).toISOString(),
  channel: 'marketing',
  customer: { country: 'PT', contact: { email: 'ana@padaria.example' } },
  need: { keywords: ['oven'] },
  consent: { shareWithPartners: true },
})

async function folderWith(path: string, letters: readonly DeadDocument[]): Promise<void> {
  await withFolder(openToWrite({ data: path, partitions: 1 }), async ({ store }) => {
    const writes = letters.map(document => ({ kind: 'put', collection: 'dead', document }) as const)
    await store.commit({ move: null, writes, journal: null })
  })
}

const until = async (holds: () => Promise<boolean>) => {
  const end = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

describe('dead letters of a folder', () => {
  const path = join(folder.path, 'letters')
  const data = ['--data', path]
  const list = async (...words: string[]) =>
    JSON.parse((await run(['dead-letters', 'list', '--json', ...words, ...data])).stdout)

  it('lists them page by page, newest first, where many have one time', { timeout: 30_000 }, async () => {
    const letters = Array.from({ length: 23 }, (_, at) =>
      letterOf(at % 2 === 0 ? topics.rfis : topics.commands, at, rfi(`r-${at}`), came - hour * (at % 3)),
    )
    await folderWith(path, letters)
    const expected = letters
      .sort((one, other) => (`${one.timestamp} ${one._id}` < `${other.timestamp} ${other._id}` ? 1 : -1))
      .map(({ _id }) => _id)
    const found: string[] = []
    for (let after: string[] = []; ; ) {
      const page = await list('--limit', '5', ...after)
      expect(page.counts).toEqual({ 'unknown-schema': 23 })
      found.push(...page.deadLetters.map(({ id }: { id: string }) => id))
      if (page.next === null) break
      after = ['--after', page.next]
    }
    expect(found).toEqual(expected)
  })

  it('filters', async () => {
    const [of, none, since, before] = await Promise.all([
      list('--topic', 'rfis'),
      list('--code', 'missing'),
      list('--from', new Date(came).toISOString()),
      list('--to', new Date(came).toISOString(), '--topic', 'rfis', '--code', 'unknown-schema'),
    ])
    expect([of.counts, none.counts, since.counts, before.counts]).toEqual([
      { 'unknown-schema': 12 },
      {},
      { 'unknown-schema': 8 },
      { 'unknown-schema': 8 },
    ])
  })

  it('shows all of one, its bytes only when asked', async () => {
    const [plain, withBytes, json, jsonBytes] = await Promise.all([
      run(['dead-letters', 'show', 'rfis/0@0', ...data]),
      run(['dead-letters', 'show', 'rfis/0@0', '--bytes', ...data]),
      run(['dead-letters', 'show', 'rfis/0@0', '--json', ...data]),
      run(['dead-letters', 'show', 'rfis/0@0', '--bytes', '--json', ...data]),
    ])
    for (const { stdout } of [plain, json]) {
      expect(stdout).toContain('unknown-schema')
      expect(stdout).not.toMatch(/padaria|spring/)
    }
    expect(plain.stdout).toMatch(/--bytes --data \S+ shows what it was, contact data of a customer included/)
    expect(withBytes.stdout).toMatch(/may hold contact data.*campaign: spring.*ana@padaria\.example/s)
    expect(JSON.parse(jsonBytes.stdout)).toMatchObject({
      id: 'rfis/0@0',
      headers: { campaign: 'spring' },
      text: JSON.stringify(rfi('r-0')),
    })
  })

  it('asks for the number of them before it sends many', async () => {
    const [unasked, wrong] = await Promise.all([
      run(['dead-letters', 'redrive', '--topic', 'rfis', ...data]),
      run(['dead-letters', 'redrive', '--all', '--yes', '22', ...data]),
    ])
    expect(unasked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--yes 12') })
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('not 22') })
    expect((await list()).deadLetters).toContainEqual(
      expect.objectContaining({ redrivingSince: null, id: 'rfis/0@0' }),
    )
  })

  it('sends one that is named, and says who will not take it', async () => {
    await withFolder(openToWrite({ data: path, partitions: 1 }), async ({ store }) => {
      const halt = { _id: 'referral/referral-commands/0', reason: 'x', offset: 1, holder: 'x' }
      const document = { ...halt, haltedAt: new Date().toISOString() }
      const writes = [{ kind: 'put', collection: 'halts', document }] as const
      await store.commit({ move: null, writes, journal: null })
    })
    const words = ['dead-letters', 'redrive', 'referral-commands/0@1', 'rfis/9@9', ...data]
    const { code, stdout, stderr } = await run(words)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^1 sent again\nhalted: referral\/referral-commands\/0; .*\nno worker runs/)
    expect(stderr).toMatch(/rfis\/9@9: there is no such dead letter/)
    const again = await run([...words.filter(word => word !== 'rfis/9@9'), '--json'])
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({
      sent: ['referral-commands/0@1'],
      refused: [],
      notes: [expect.stringMatching(/^1 of them had been sent before/), expect.anything(), expect.anything()],
    })
    const shown = await run(['dead-letters', 'show', 'referral-commands/0@1', ...data])
    expect(shown.stdout).toMatch(/^sent again .* UTC, and no lane has taken it so far$/m)
  })

  it.each([
    [['show', 'rfis/9@9'], 1, /there is no dead letter "rfis\/9@9" in .*; dead-letters list names them/],
    [['redrive', 'rfis/9@9'], 1, /rfis\/9@9: there is no such dead letter/],
    [['redrive', '--code', 'missing'], 1, /no dead letter is like that/],
    [['redrive'], 2, /name dead letters, or say --all/],
    [['redrive', 'rfis/0@0', '--all'], 2, /name dead letters, or say --all/],
    [['redrive', '--all', '--code', 'missing'], 2, /--all is all/],
    [['redrive', 'rfis/0@0', '--yes', '1'], 2, /--yes goes with/],
    [['list', '--code', 'mising'], 2, /Did you mean missing\?/],
    [['list', '--topic', 'rfi'], 2, /did you mean rfis\?/],
    [['list', '--after', 'x'], 2, /The place is needed/],
  ])('%j ends with %i', async (words, code, message) => {
    const ended = await run(['dead-letters', ...words, ...data])
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) })
  })
})

it('kill -9 while they are sent, and sent once more: each has its effect once', {
  timeout: 60_000,
}, async () => {
  const path = join(folder.path, 'killed')
  const data = ['--data', path]
  const count = 400
  await folderWith(
    path,
    Array.from({ length: count }, (_, at) => letterOf(topics.rfis, 10_000 + at, rfi(`r-${at}`))),
  )
  const sentSoFar = () =>
    withFolder(openToRead({ data: path }), async ({ log }) => {
      const stretches = await log.stretches([topics.rfis])
      return stretches.reduce((sum, { start, end }) => sum + end - start, 0)
    })
  const redrive = ['dead-letters', 'redrive', '--all', '--yes', String(count), ...data]
  const killed = start(redrive)
  await until(async () => (await sentSoFar()) > 0)
  await killed.stop('SIGKILL')
  const before = await sentSoFar()
  const second = await run(redrive)
  expect(second).toMatchObject({ code: 0, stdout: expect.stringMatching(/^400 sent again\n/) })
  expect(second.stdout).toMatch(/had been sent before; whichever comes second is dropped\n.*no worker runs/s)
  expect(await sentSoFar()).toBe(before + count)

  worker = start(['worker', '--threads', '1', '--json', '--log-level', 'silent', ...data])
  await until(async () => {
    const { lanes } = JSON.parse((await run(['status', '--json', ...data])).stdout)
    return lanes.every(({ lag }: { lag: number }) => lag === 0)
  })
  const stopped = jsonLines((await worker.stop()).stdout).at(-1) as { counts: Record<string, number> }
  worker = null
  expect(stopped.counts).toMatchObject({ redriven: count, 'ignored-redrives': before })
  expect(stopped.counts).not.toHaveProperty('ignored-repeats')
  await withFolder(openToRead({ data: path }), async ({ store }) => {
    expect(await store.count('rfis', {})).toBe(count)
    expect(await store.count('dead', {})).toBe(0)
    expect(await store.count('redriven', {})).toBe(count)
  })
  const taken = await run(['dead-letters', 'show', 'rfis/0@10000', ...data])
  expect(taken.stdout).toMatch(/taken .* UTC, by router\/rfis\/0 at/)
  expect(await run(['dead-letters', 'redrive', 'rfis/0@10000', ...data])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/it was sent again and has had its effect/),
  })
})

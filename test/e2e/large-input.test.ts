import { afterAll, expect, test } from 'vitest'
import type { HistoryLine } from '../../src/lanes/timeline.ts'
import { largestRecord } from '../../src/roles/dead-letter.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'
import { acceptSample, profileSample, rfiSample } from '../support/samples.ts'
import { simulate, temporaryFolder } from '../support/simulated.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const start = Date.parse('2026-03-02T09:00:00.000Z')

function line(topic: Topic, key: string, value: string, minutes: number): HistoryLine {
  return { topic, key, value, at: start + minutes * 60_000 }
}

/** JSON of exactly the largest size taken, `make` given as long a text as fits. */
function justFitting(make: (text: string) => object): string {
  const bare = Buffer.byteLength(JSON.stringify(make('')))
  return JSON.stringify(make('inventory '.repeat(largestRecord / 10 + 1).slice(0, largestRecord - bare)))
}

test('an RFI and an accept as large as a record may be reach the inbox', async () => {
  const tags = { keywords: ['inventory'] }
  const profile = JSON.stringify({ ...profileSample, tags, serves: null })
  const rfi = justFitting(description => ({
    ...rfiSample,
    ...{ requestedPartners: [], followsRfiId: null, expiresAt: null },
    need: { description },
  }))
  const team = Array.from({ length: 100 }, () => ({}))
  const accept = justFitting(notes => ({ ...acceptSample, engagement: { name: 'Inventory', notes }, team }))
  const crowd = JSON.stringify({
    ...{ ...acceptSample, commandId: 'c-2' },
    team: Array.from({ length: 5000 }, () => ({})),
  })
  expect([rfi, accept].map(text => Buffer.byteLength(text))).toEqual([largestRecord, largestRecord])
  const history = [
    line(topics.profiles, 'acme/PT', profile, 0),
    line(topics.rfis, 'rfi-81', rfi, 1),
    line(topics.commands, 'rfi-81:acme', crowd, 2),
    line(topics.commands, 'rfi-81:acme', accept, 3),
  ]
  await simulate(folder.path, history, async ({ store, values }) => {
    expect(await values(topics.deadLetters)).toEqual([])
    const row = (await store.get('inbox', ['rfi-81:acme'])).get('rfi-81:acme')
    expect([row?.tab, row?.version, row?.waiting]).toEqual(['active', 2, []])
    expect(row?.referral).toMatchObject({ status: 'Active', substatus: 'Accepted' })
    expect(row?.referral?.contacts).toHaveLength(100)
    const events = await values(topics.status)
    expect(events.filter(({ code }) => code !== undefined)).toMatchObject([
      { code: 'malformed', field: 'team', found: 'list of 5000', expected: 'at most 100' },
    ])
    const sizes = events.map(event => Buffer.byteLength(JSON.stringify(event)))
    expect(sizes.filter(size => size > largestRecord)).toHaveLength(2)
    expect(Math.max(...sizes)).toBeLessThan(900 * 1024)
  })
})

import { expect } from 'vitest'
import type { OutgoingRecord } from '../../src/ports/log.ts'
import type { JournalEntry } from '../../src/ports/store.ts'
import { lane, type StoreCase, storeCase, unit } from './store-sample.ts'

const record = (value: string): OutgoingRecord => ({
  topic: 'referral-status',
  key: 'acme',
  value: new TextEncoder().encode(value),
  headers: {},
})

const entry = (first: number, of = lane): JournalEntry => ({
  lane: of,
  first,
  records: [record(`${of}@${first}`)],
})

/** Bytes as hex, whichever class they come in. */
const plain = ({ records, ...rest }: JournalEntry) => ({
  ...rest,
  records: records.map(({ key, value, ...more }) => ({
    ...more,
    key: typeof key === 'string' ? key : key && { hex: Buffer.from(key).toString('hex') },
    value: value && Buffer.from(value).toString('hex'),
  })),
})

export const journalCases: readonly StoreCase[] = [
  storeCase('journal: unsent entries of a lane, oldest first', async store => {
    // As text, 1000 would come before 200.
    for (const first of [0, 200, 1_000]) await store.commit(unit({ journal: entry(first) }))
    await store.commit(unit({ journal: entry(5, 'router/rfis/1') }))
    expect((await store.journal.unsent(lane)).map(plain)).toEqual(
      [entry(0), entry(200), entry(1_000)].map(plain),
    )
    expect(await store.journal.unsentCount()).toBe(4)
    // Where it can be told.
    const since = await store.journal.unsentSince()
    if (since !== null) expect(Math.abs(since - Date.now())).toBeLessThan(60_000)
    expect(await store.journal.unsent('router/rfis/2')).toEqual([])
  }),
  storeCase('journal: what a lane owes of all its epochs, and no other lane', async store => {
    const names = ['~10', '', '~2', '0', '0~1', '~1'].map(rest => `router/rfis/1${rest}`)
    for (const name of names)
      for (const first of [7, 3]) await store.commit(unit({ journal: entry(first, name) }))
    const owed = await store.journal.unsent('router/rfis/1')
    const inOrder = ['', '~1', '~2', '~10'].flatMap(rest =>
      [3, 7].map(first => [`router/rfis/1${rest}`, first]),
    )
    expect(owed.map(({ lane, first }) => [lane, first])).toEqual(inOrder)
    await store.journal.markSent('router/rfis/1~2', 3, 1_700_000_000_000)
    expect(await store.journal.unsent('router/rfis/1')).toHaveLength(7)
  }),
  storeCase('journal: sent is sent, for that entry alone', async (store, bed) => {
    for (const first of [0, 200]) await store.commit(unit({ journal: entry(first) }))
    await store.commit(unit({ journal: entry(0, 'router/rfis/1') }))
    await store.journal.markSent(lane, 0, 1_700_000_000_000)
    // Marking again, as after a second send, is harmless.
    await store.journal.markSent(lane, 0, 1_700_000_000_001)
    const other = await bed.open()
    expect((await other.journal.unsent(lane)).map(({ first }) => first)).toEqual([200])
    expect(await other.journal.unsent('router/rfis/1')).toHaveLength(1)
    expect(await other.journal.unsentCount()).toBe(2)
    await other.journal.markSent(lane, 200, 1_700_000_000_000)
    await other.journal.markSent('router/rfis/1', 0, 1_700_000_000_000)
    expect(await other.journal.unsentSince()).toBeNull()
  }),
  storeCase('journal: records come back in order and byte for byte', async store => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const records: OutgoingRecord[] = [
      { topic: 'b', key: bytes, value: bytes, headers: { ce_id: 'router/rfis/0@1.0', 'x-é': '漢字' } },
      { topic: 'a', key: null, value: null, headers: {} },
      { topic: 'a', key: 'Ünï 😀', value: new Uint8Array(0), headers: { empty: '' } },
      ...Array.from({ length: 300 }, (_, index) => record(`${index}`)),
    ]
    const whole: JournalEntry = { lane, first: 7, records }
    await store.commit(unit({ journal: whole }))
    expect((await store.journal.unsent(lane)).map(plain)).toEqual([plain(whole)])
  }),
  storeCase('journal: an entry without records is an entry', async store => {
    await store.commit(unit({ journal: { lane, first: 3, records: [] } }))
    expect(await store.journal.unsent(lane)).toEqual([{ lane, first: 3, records: [] }])
  }),
  storeCase('journal: all that is kept, sent or not, oldest first', async (store, bed) => {
    const entries = Array.from({ length: 230 }, (_, at) => entry(at, `router/rfis/${at % 3}`))
    for (const journal of entries) await store.commit(unit({ journal }))
    await store.journal.markSent('router/rfis/1', 1, 1_700_000_000_000)
    const other = await bed.open()
    const kept = await Array.fromAsync(other.journal.kept())
    expect(kept.map(({ sent, ...rest }) => ({ ...plain(rest), sent }))).toEqual(
      entries.map((each, at) => ({ ...plain(each), sent: at === 1 })),
    )
    expect(await other.journal.count()).toBe(230)
    expect(await other.journal.keptFor()).toBeNull()
  }),
]

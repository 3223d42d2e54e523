import { toTimestamp } from '../domain/time.ts'
import type { Codec } from '../ports/codec.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import type { Collections } from '../roles/collections.ts'
import type { DeadDocument } from '../roles/documents/operations.ts'
import type { Erasure, Removed } from '../roles/documents/referrals.ts'
import {
  erasedContacts,
  holdsContactData,
  isNothing,
  isOf,
  nothingRemoved,
  sumOf,
  withoutBytes,
} from '../roles/erase.ts'

export type Erasing =
  | {
      readonly kind: 'erased'
      readonly erasure: Erasure
      /** By this call. Nothing, when all was gone already. */
      readonly removed: Removed
      /** Whether it was marked before. */
      readonly again: boolean
    }
  /** Nothing tells of such an RFI, and nothing was written. */
  | { readonly kind: 'unknown' }
  /** `by` holds some of what is to go. */
  | { readonly kind: 'tells' }

interface Servers {
  readonly store: Pick<Store<Collections>, 'get' | 'find' | 'commit'>
  readonly codec: Codec
  readonly time: Time
}

interface Asked {
  readonly by: string
  /** Marks an RFI that nothing is known of yet. */
  readonly evenUnknown: boolean
}

/**
 * Removes a customer's contact data from the store for good: the marker first, then whatever is there. A lane that had
 * read before the marker may still commit: so it looks again after `settle` ms, until it finds nothing. Can be asked any
 * number of times, killed at any moment and asked again; counts are written with what they count. Rejects with a
 * `PortError`.
 */
export async function erase(rfiId: string, asked: Asked, { store, codec, time }: Servers): Promise<Erasing> {
  const known = await look(rfiId, store)
  const again = known.contacts?.erased !== undefined
  if (tells(asked.by, known.contacts)) return { kind: 'tells' }
  if (known.contacts === undefined && known.rfi === undefined && !asked.evenUnknown)
    if ((await lettersOf(rfiId, store, codec)).length === 0) return { kind: 'unknown' }
  let total = nothingRemoved
  for (let sweep = 0; ; sweep += 1) {
    const removed = await sweepOnce(rfiId, asked.by, { store, codec, time })
    total = sumOf(total, removed)
    if (isNothing(removed) && (sweep > 0 || again)) break
    await time.sleep(settle)
  }
  const erasure = (await store.get('contacts', [rfiId])).get(rfiId)?.erased
  if (erasure === undefined) throw new Error(`the marker of ${JSON.stringify(rfiId)} is gone`)
  return { kind: 'erased', erasure, removed: total, again }
}

/** ms, longer than a lane takes from reading to its commit. */
const settle = 1000

/** Dead letters read at once: each may have 350 KB. */
const pageSize = 50

async function sweepOnce(rfiId: string, by: string, { store, codec, time }: Servers): Promise<Removed> {
  const before = await untilWritten(async () => {
    const found = await look(rfiId, store)
    const { contacts, rfi, referrals } = found
    const removed: Removed = {
      contacts: contacts !== undefined && holdsContactData(contacts) ? 1 : 0,
      deadLetters: 0,
      customerKeys: referrals.length,
      hashes: rfi !== undefined && rfi.hash !== '' ? 1 : 0,
    }
    if (contacts?.erased !== undefined && isNothing(removed)) return removed
    const writes: Write<Collections>[] = [mark(rfiId, { by, at: time.now() }, contacts?.erased, removed)]
    if (rfi !== undefined && rfi.hash !== '')
      writes.push({ kind: 'put', collection: 'rfis', document: { ...rfi, hash: '' } })
    for (const referral of referrals) {
      const document = { ...referral, customerKey: '' }
      writes.push({ kind: 'replace', collection: 'referrals', document, version: referral.version })
    }
    return (await committed(store, writes)) ? removed : null
  })
  let deadLetters = 0
  for (const id of await lettersOf(rfiId, store, codec))
    deadLetters += await untilWritten(async () => {
      const letter = (await store.get('dead', [id])).get(id)
      if (letter === undefined || letter.value === null) return 0
      const erased = (await store.get('contacts', [rfiId])).get(rfiId)?.erased
      const document = { ...withoutBytes(letter), version: letter.version + 1 }
      const one = { ...nothingRemoved, deadLetters: 1 }
      const writes: Write<Collections>[] = [
        mark(rfiId, { by, at: time.now() }, erased, one),
        { kind: 'replace', collection: 'dead', document, version: letter.version },
      ]
      return (await committed(store, writes)) ? 1 : null
    })
  return { ...before, deadLetters }
}

function mark(
  rfiId: string,
  { by, at }: { readonly by: string; readonly at: number },
  before: Erasure | undefined,
  removed: Removed,
): Write<Collections> {
  const now = toTimestamp(at)
  const erasure: Erasure =
    before === undefined
      ? { at: now, by, removed }
      : { ...before, removed: sumOf(before.removed, removed), last: { at: now, by } }
  return { kind: 'put', collection: 'contacts', document: erasedContacts(rfiId, erasure) }
}

/** What there is of an RFI but dead letters; of its referrals those by which the customer could be known again. */
async function look(rfiId: string, store: Servers['store']) {
  const contacts = (await store.get('contacts', [rfiId])).get(rfiId)
  const rfi = (await store.get('rfis', [rfiId])).get(rfiId)
  const referrals = await store.get('referrals', rfi?.referralIds ?? [])
  return { contacts, rfi, referrals: [...referrals.values()].filter(({ customerKey }) => customerKey !== '') }
}

/** Ids of the dead letters that hold bytes of the RFI, of any topic: it may have been sent to the wrong one. */
async function lettersOf(rfiId: string, store: Servers['store'], codec: Codec): Promise<string[]> {
  const ids: string[] = []
  for (let after = ''; ; ) {
    const page: DeadDocument[] = await store.find('dead', {
      where: { _id: { gt: after } },
      sort: [['_id', 1]],
      limit: pageSize,
    })
    for (const letter of page) {
      if (letter.value === null) continue
      const bytes = new Uint8Array(Buffer.from(letter.value, 'base64'))
      const [decoded] = await codec.decode(letter.topic, [bytes])
      if (isOf(rfiId, letter, decoded?.kind === 'value' ? decoded.value : null)) ids.push(letter._id)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return ids
    after = last._id
  }
}

async function committed(store: Servers['store'], writes: readonly Write<Collections>[]): Promise<boolean> {
  return (await store.commit({ move: null, writes, journal: null })).kind === 'committed'
}

/** A lane changed one of them meanwhile: read again. */
async function untilWritten<T>(work: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const done = await work()
    if (done !== null) return done
  }
}

function tells(by: string, contacts: Awaited<ReturnType<typeof look>>['contacts']): boolean {
  if (contacts === undefined) return false
  const { name, inviterEmail, contact } = contacts
  const held = [name, inviterEmail, contact?.email, contact?.phone, contact?.lastName]
  return held.some(one => (one ?? '').length > 2 && by.toLowerCase().includes((one ?? '').toLowerCase()))
}

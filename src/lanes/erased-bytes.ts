import type { Codec } from '../ports/codec.ts'
import type { Store, Write } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import { erasedAmong, rfiIdsOf, withoutBytes } from '../roles/erase.ts'

type Letter = Extract<Write<Collections>, { readonly kind: 'put'; readonly collection: 'dead' }>

/** The writes with the bytes left out of dead letters whose RFI's contact data was erased: see `roles/erase.ts`. */
export async function withoutErasedBytes(
  writes: readonly Write<Collections>[],
  { store, codec }: { readonly store: Pick<Store<Collections>, 'get'>; readonly codec: Codec },
): Promise<readonly Write<Collections>[]> {
  const letters = writes.filter(isLetter)
  if (letters.length === 0) return writes
  const ids = new Map<Letter, readonly string[]>()
  for (const letter of letters) {
    const { topic, key, value } = letter.document
    const bytes = value === null ? null : new Uint8Array(Buffer.from(value, 'base64'))
    const [decoded] = bytes === null ? [] : await codec.decode(topic, [bytes])
    const known = decoded?.kind === 'value' ? decoded.value : null
    ids.set(letter, rfiIdsOf(key === null ? null : Buffer.from(key, 'base64'), bytes, known))
  }
  const erased = await erasedAmong([...ids.values()].flat(), store)
  if (erased.size === 0) return writes
  return writes.map(write =>
    isLetter(write) && ids.get(write)?.some(id => erased.has(id))
      ? { ...write, document: withoutBytes(write.document) }
      : write,
  )
}

/** Of any topic: an RFI may have been sent to the wrong one. */
function isLetter(write: Write<Collections>): write is Letter {
  return write.kind === 'put' && write.collection === 'dead'
}

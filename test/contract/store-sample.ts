import type { Catalogue, Position, Store, StoredDocument, UnitOfWork, Write } from '../../src/ports/store.ts'
import type { ContractCase } from './contract-case.ts'

export interface Thing extends StoredDocument {
  readonly version: number
  readonly state?: string | null | undefined
  readonly due?: number | string | boolean | null
  readonly changed?: { readonly lane: string; readonly offset: number }
  readonly text?: string
}

export interface Note extends StoredDocument {
  readonly text: string
}

export type Sample = { things: Thing; notes: Note }

export const sampleCatalogue: Catalogue<Sample> = {
  things: { indexes: [['state', 'due'], ['due'], ['changed.lane', 'changed.offset']] },
  notes: { indexes: [] },
}

/** Fresh data that several handles may be opened on, as by several processes. */
export interface StoreBed {
  open(): Promise<Store<Sample>>
  /** Closes every handle and drops the data. */
  dispose(): Promise<void>
}
export type StoreFactory = () => Promise<StoreBed>

export type StoreCase = ContractCase<StoreFactory>

export function storeCase(
  name: string,
  check: (store: Store<Sample>, bed: StoreBed) => Promise<void>,
): StoreCase {
  return {
    name,
    async run(factory) {
      const bed = await factory()
      try {
        await check(await bed.open(), bed)
      } finally {
        await bed.dispose()
      }
    },
  }
}

export const lane = 'router/rfis/0'

export function at(offset: number, epoch = 0, of = lane): Position {
  return { lane: of, offset, timestamp: offset === 0 ? null : 1_700_000_000_000 + offset, epoch }
}

export function unit(parts: Partial<UnitOfWork<Sample>>): UnitOfWork<Sample> {
  return { move: null, writes: [], journal: null, ...parts }
}

export function insert(thing: Thing): Write<Sample> {
  return { kind: 'insert', collection: 'things', document: thing }
}

export function insertNote(id: string, text = 'note'): Write<Sample> {
  return { kind: 'insert', collection: 'notes', document: { _id: id, text } }
}

export function replace(thing: Thing, version: number): Write<Sample> {
  return { kind: 'replace', collection: 'things', document: thing, version }
}

export async function thing(store: Store<Sample>, id: string): Promise<Thing | null> {
  return (await store.get('things', [id])).get(id) ?? null
}

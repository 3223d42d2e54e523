import type { CollectionMap, JournalEntry, Write } from '../../ports/store.ts'
import { journalCollection, partsOf } from './journal.ts'
import { encodeDocument, encodeText } from './shape.ts'

/** One document's change as the driver takes it, and what its fate means. */
export interface Step {
  readonly collection: string
  /** As the caller knows it. */
  readonly id: string
  readonly kind: Write<CollectionMap>['kind']
  readonly model: Model
}

export type Model =
  | { readonly name: 'insertOne'; readonly document: Record<string, unknown> }
  | {
      readonly name: 'replaceOne'
      readonly filter: Record<string, unknown>
      readonly replacement: Record<string, unknown>
      readonly upsert: true
    }
  | { readonly name: 'deleteOne'; readonly filter: Record<string, unknown> }

/**
 * The writes of a unit, by collection and kind, since the driver sends a command for every run of one kind. Those of a
 * collection keep their order when one of its documents is written twice. The journal comes last, being the largest.
 *
 * A replace is an upsert whose filter names the version: over another version it is a duplicate of `_id`, over nothing
 * an upsert. So the server's answer says which write of many lost its guard, which a count of matches doesn't.
 */
export function stepsOf<C extends CollectionMap>(
  writes: readonly Write<C>[],
  journal: JournalEntry | null,
): Step[] {
  const byCollection = new Map<string, Step[]>()
  for (const write of writes) {
    const step = stepOf(write as Write<CollectionMap>)
    const steps = byCollection.get(step.collection)
    if (steps === undefined) byCollection.set(step.collection, [step])
    else steps.push(step)
  }
  const steps = [...byCollection.values()].flatMap(inFewestRuns)
  if (journal !== null)
    for (const document of partsOf(journal))
      steps.push({
        collection: journalCollection,
        id: document._id,
        kind: 'insert',
        model: { name: 'insertOne', document },
      })
  return steps
}

function stepOf(write: Write<CollectionMap>): Step {
  const { kind, collection } = write
  if (kind === 'remove')
    return {
      kind,
      collection,
      id: write.id,
      model: { name: 'deleteOne', filter: { _id: encodeText(write.id) } },
    }
  const id = write.document._id
  const document = encodeDocument(write.document)
  if (kind === 'insert') return { kind, collection, id, model: { name: 'insertOne', document } }
  const filter = kind === 'put' ? { _id: document._id } : { _id: document._id, ...guardsOf(write) }
  return { kind, collection, id, model: { name: 'replaceOne', filter, replacement: document, upsert: true } }
}

function guardsOf({ version, where = {} }: Extract<Write<CollectionMap>, { kind: 'replace' }>) {
  const texts = Object.entries(where).map(([field, text]) => [field, encodeText(text)] as const)
  return { ...Object.fromEntries(texts), version }
}

const runs: readonly Model['name'][] = ['insertOne', 'replaceOne', 'deleteOne']

function inFewestRuns(steps: Step[]): Step[] {
  if (new Set(steps.map(({ id }) => id)).size < steps.length) return steps
  return steps.sort((one, other) => runs.indexOf(one.model.name) - runs.indexOf(other.model.name))
}

/** Runs of one collection. */
export function byCollection(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = []
  for (const step of steps) {
    const group = groups.at(-1)
    if (group?.[0]?.collection === step.collection) group.push(step)
    else groups.push([step])
  }
  return groups
}

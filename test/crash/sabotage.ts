import { setTimeout } from 'node:timers/promises'
import type { Log } from '../../src/ports/log.ts'
import type { CollectionMap, Store } from '../../src/ports/store.ts'

/**
 * Faults that the comparison has to find, each a step of the protocol left out:
 * `journal`  what is owed to the log is not kept with the effect, so a kill before the send loses it;
 * `position` the position is committed before the effect and not with it, so a kill in between loses the effect;
 * `places`   open referrals aren't counted before one more is routed.
 */
export const sabotages = ['none', 'journal', 'position', 'places'] as const
export type Sabotage = (typeof sabotages)[number]

export function isSabotage(name: string): name is Sabotage {
  return (sabotages as readonly string[]).includes(name)
}

/** ms between the two steps that belong together, so that kills land there. */
const gap = 15
/** ms between a send and its mark in a worker that is sound: it makes repeats likelier and breaks no promise. */
const linger = 4

interface Folder<C extends CollectionMap> {
  readonly log: Log
  readonly store: Store<C>
}

export function sabotaged<C extends CollectionMap>({ log, store }: Folder<C>, how: Sabotage): Folder<C> {
  switch (how) {
    case 'none':
      return { log: withPauses(log, { after: linger }), store }
    case 'journal':
      return { log: withPauses(log, { before: gap }), store: withoutJournal(store) }
    case 'position':
      return { log, store: withPositionFirst(store) }
    case 'places':
      return { log, store: { ...store, countBy: async () => new Map() } }
  }
}

function withPauses(log: Log, { before = 0, after = 0 }: { before?: number; after?: number }): Log {
  return {
    ...log,
    producer: {
      async send(records) {
        if (before > 0) await setTimeout(before)
        await log.producer.send(records)
        if (after > 0) await setTimeout(after)
      },
    },
  }
}

function withoutJournal<C extends CollectionMap>(store: Store<C>): Store<C> {
  return { ...store, commit: unit => store.commit({ ...unit, journal: null }) }
}

function withPositionFirst<C extends CollectionMap>(store: Store<C>): Store<C> {
  return {
    ...store,
    async commit({ move, writes, journal }) {
      if (move !== null) {
        const outcome = await store.commit({ move, writes: [], journal: null })
        if (outcome.kind !== 'committed') return outcome
        await setTimeout(gap)
      }
      return store.commit({ move: null, writes, journal })
    },
  }
}

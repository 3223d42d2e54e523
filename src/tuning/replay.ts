import type { Chronicle } from './chronicle.ts'
import { type MarkedFigures, Marks, type RankingLine } from './marks.ts'
import type { Baseline, Ranker } from './ranker.ts'
import { Roster } from './roster.ts'

export interface ReplayOptions {
  readonly ranker: Ranker
  readonly baselines: readonly Baseline[]
  /** The share of the RFIs, the earliest, that only teach. */
  readonly split: number
  /** How many of a ranking are written. */
  readonly depth: number
  /** Gets each line of `rankings.ndjson` as soon as the RFI has been ranked. */
  readonly write: (line: RankingLine) => void
  /** Steps done, and the time they have come to. */
  readonly progress?: (done: number, at: number) => void
}

export interface ReplayFigures extends MarkedFigures {
  readonly split: number
  /** Ranked, being after the split. */
  readonly rfis: number
  /** Lines replayed, before and after it. */
  readonly events: number
  /** The first RFI after the split, ms since 1970; null without one. */
  readonly splitAt: number | null
}

/**
 * Goes through a history in its order: each RFI is ranked by what was known and learnt before it, then what the log says
 * happened is learnt at its own time. The RFIs after the split are written and counted.
 */
export function replay(chronicle: Chronicle, options: ReplayOptions): ReplayFigures {
  const { ranker, baselines, split, depth, write, progress } = options
  const teaching = Math.floor(split * chronicle.rfis)
  const roster = new Roster()
  const knownSince = roster.knownSince.bind(roster)
  const marks = new Marks(ranker.features, baselines, {
    depth,
    rfis: chronicle.rfis - teaching,
    knownSince,
  })
  let met = 0
  let splitAt: number | null = null
  for (const [done, step] of chronicle.steps.entries()) {
    const { at } = step
    progress?.(done, at)
    switch (step.kind) {
      case 'profile':
        roster.know(step.profile, at)
        ranker.know(step.profile)
        break
      case 'rfi': {
        const { rfi } = step
        roster.meet(rfi)
        met += 1
        if (met <= teaching) break
        splitAt ??= at
        const ranked = ranker.rank(rfi, at, { asked: roster.askedBefore(rfi), full: roster.isFull })
        write(marks.mark(rfi, at, ranked, chronicle.lives.get(rfi.rfiId) ?? []))
        break
      }
      case 'lesson': {
        const learnt = { ...step.lesson, notifiable: roster.follow(step.lesson) }
        ranker.learn(learnt, at)
        for (const baseline of baselines) baseline.learn(learnt, at)
        break
      }
    }
  }
  return { split, rfis: Math.max(0, met - teaching), events: chronicle.events, splitAt, ...marks.figures() }
}

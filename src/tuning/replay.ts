import type { Chronicle } from './chronicle.ts'
import { type Mark, type MarkedFigures, Marker, type RankingLine } from './marks.ts'
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
  /** And then what it was worth. */
  readonly mark: (mark: Mark) => void
  /** Which of how many parts, from 0. */
  readonly part: number
  readonly parts: number
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

/** What a history comes to apart from the rankings. */
export type Extent = Omit<ReplayFigures, keyof MarkedFigures>

export function extentOf({ steps, rfis, events }: Chronicle, split: number): Extent {
  const teaching = teachingOf(rfis, split)
  let met = 0
  const first = steps.find(step => step.kind === 'rfi' && ++met > teaching)
  return { split, rfis: rfis - teaching, events, splitAt: first?.at ?? null }
}

/**
 * Goes through a history in its order: each RFI is ranked by what was known and learnt before it, then what the log says
 * happened is learnt at its own time. The RFIs after the split are written and marked, those of one part of them: a ranking
 * depends on what came before alone, so parts may be replayed side by side, and one after the other make up the whole.
 */
export function replayPart(chronicle: Chronicle, options: ReplayOptions): void {
  const { ranker, baselines, split, depth, part, parts, write, mark, progress } = options
  const teaching = teachingOf(chronicle.rfis, split)
  const ranked = chronicle.rfis - teaching
  const from = teaching + startOf(part, parts, ranked)
  const to = teaching + startOf(part + 1, parts, ranked)
  const roster = new Roster()
  const knownSince = roster.knownSince.bind(roster)
  const marker = new Marker(ranker.features.length, baselines, { depth, rfis: ranked, knownSince })
  let met = 0
  for (const [done, step] of chronicle.steps.entries()) {
    if (met === to && step.kind === 'rfi') break
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
        if (met <= from) break
        const ranking = ranker.rank(rfi, at, { asked: roster.askedBefore(rfi), full: roster.isFull })
        const lives = chronicle.lives.get(rfi.rfiId) ?? []
        const marked = marker.mark(rfi, at, ranking, lives, met - 1 - teaching)
        write(marked.line)
        mark(marked.mark)
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
}

function teachingOf(rfis: number, split: number): number {
  return Math.floor(split * rfis)
}

/**
 * Where a part starts among the RFIs after the split. A later part has more to learn before its first, which takes about a
 * quarter of what ranking does: so each has four fifths of the RFIs that the one before it has.
 */
function startOf(part: number, parts: number, ranked: number): number {
  // To the last one: what is divided by itself after rounding may fall just short of 1.
  if (part === parts) return ranked
  return Math.floor((ranked * (1 - shrinking ** part)) / (1 - shrinking ** parts))
}

const shrinking = 0.8

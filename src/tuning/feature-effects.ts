import type { RankingFigures } from './metrics.ts'
import type { ReplayFigures } from './replay.ts'

/** What one feature does for recall at 10 of who accepted; shares from 0 to 1. */
export interface FeatureEffect {
  readonly feature: string
  /** Recall with its contribution alone. */
  readonly alone: number
  /** Recall with all, less that without it: below 0 where it does harm. */
  readonly lost: number
}

/** Those that add most first. Both figures are of the same RFIs and partners as `whole`. */
export function featureEffects({ ablation }: Pick<ReplayFigures, 'ablation'>): FeatureEffect[] {
  const whole = recallAtTen(ablation.whole.accepted)
  return Object.entries(ablation.features)
    .filter(([, { alone }]) => alone.accepted.n > 0)
    .map(([feature, { alone, without }]) => ({
      feature,
      alone: recallAtTen(alone.accepted),
      lost: whole - recallAtTen(without.accepted),
    }))
    .sort((one, other) => other.lost - one.lost || (one.feature < other.feature ? -1 : 1))
}

function recallAtTen({ recall }: RankingFigures): number {
  return recall[10] ?? 0
}

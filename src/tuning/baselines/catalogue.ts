import type { Baseline } from '../ranker.ts'
import { naiveBayes } from './naive-bayes.ts'
import { popularity } from './popularity.ts'
import { random } from './random.ts'
import { recentPopularity } from './recent-popularity.ts'
import { textOverlap } from './text-overlap.ts'

/** Every simple order that ours is held against, knowing nothing yet. A new one is a new file and a line here. */
export function newBaselines(): Baseline[] {
  return [random(), popularity(), recentPopularity(), textOverlap(), naiveBayes()]
}

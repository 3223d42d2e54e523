import { acceptance } from './features/acceptance.ts'
import { answerSpeed } from './features/answer-speed.ts'
import { appetite } from './features/appetite.ts'
import { budgetFit } from './features/budget-fit.ts'
import { experience } from './features/experience.ts'
import { focus } from './features/focus.ts'
import { load } from './features/load.ts'
import { promise } from './features/promise.ts'
import { proximity } from './features/proximity.ts'
import { recency } from './features/recency.ts'
import { relevance } from './features/relevance.ts'
import { reporting } from './features/reporting.ts'
import { responsiveness } from './features/responsiveness.ts'
import { similarDeals } from './features/similar-deals.ts'
import { standout } from './features/standout.ts'
import { wins } from './features/wins.ts'

/** Every feature a release may weigh. A new one is a new file and a line here. */
export const catalogue = [
  relevance,
  promise,
  similarDeals,
  focus,
  standout,
  appetite,
  budgetFit,
  proximity,
  experience,
  recency,
  responsiveness,
  answerSpeed,
  acceptance,
  reporting,
  wins,
  load,
] as const

export type FeatureName = (typeof catalogue)[number]['name']

export const featureNames: readonly FeatureName[] = catalogue.map(feature => feature.name)

import { acceptance } from './features/acceptance.ts'
import { proximity } from './features/proximity.ts'
import { relevance } from './features/relevance.ts'
import { responsiveness } from './features/responsiveness.ts'

/** Every feature a release may weigh. A new one is a new file and a line here. */
export const catalogue = [relevance, proximity, responsiveness, acceptance] as const

export type FeatureName = (typeof catalogue)[number]['name']

export const featureNames: readonly FeatureName[] = catalogue.map(feature => feature.name)

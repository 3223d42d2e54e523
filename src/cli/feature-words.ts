import type { FeatureName } from '../ranking/catalogue.ts'

/** What each feature of a score says, in half a line. */
export const featureWords: Readonly<Record<FeatureName, string>> = {
  relevance: 'how well the tags fit the request',
  promise: 'the fit of the tags, counting less the more is known of what the partner does with its offers',
  similarDeals: 'how often it made deals like this one, against its share of all deals',
  focus: 'how much of what it accepts is like this',
  standout: 'the one thing asked for in which it has most more than its share of the deals',
  appetite: 'whether it accepts requests like this more often than others',
  budgetFit: 'whether its deals are about as large as this one',
  proximity: "whether it has a location in the customer's city or region",
  experience: 'how many deals it made, recent ones counting more',
  recency: 'how lately it accepted anything',
  responsiveness: 'the share answered within 24 hours rather than never',
  answerSpeed: 'the same, an answer within the hour counting most',
  acceptance: 'the share accepted of what fitted',
  reporting: 'how many of its deals it told value, closing date and outcome of',
  wins: 'the share won of its deals that ended',
  load: 'how many offers wait for its answer: lowers the score',
}

/** For --help: what the columns of a ranking are. */
export function featureHelp(): string {
  const names = Object.entries(featureWords)
  const width = Math.max(...names.map(([name]) => name.length)) + 2
  const lines = names.map(([name, words]) => `  ${name.padEnd(width)}${words}`)
  return ['What each feature adds to a score:', ...lines].join('\n')
}

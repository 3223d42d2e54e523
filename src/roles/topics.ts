/** The topics, as others know them. A prefix keeps environments apart: only adapters see it. */
export const topics = {
  profiles: 'partner-profiles',
  weights: 'ranking-weights',
  rfis: 'rfis',
  commands: 'referral-commands',
  referrals: 'referrals',
  status: 'referral-status',
  notices: 'customer-notices',
  decisions: 'routing-decisions',
  visibility: 'partner-visibility',
  deadLetters: 'dead-letters',
} as const
export type Topic = (typeof topics)[keyof typeof topics]

export const topicNames: readonly Topic[] = Object.values(topics)

export function isTopic(name: string): name is Topic {
  return (topicNames as readonly string[]).includes(name)
}

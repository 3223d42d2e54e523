import type { Command } from 'commander'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Gives what puts the command's arguments, options and action on it. */
  load(): Promise<(command: Command) => void>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'the whole worker on bundled real data: what happened, and where to look',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'simulate',
    summary: 'the whole worker over files of history, in event time',
    load: async () => (await import('./simulate.ts')).simulate,
  },
  {
    name: 'worker',
    summary: 'run until told to stop',
    load: async () => (await import('./worker.ts')).worker,
  },
  {
    name: 'produce',
    summary: 'send records to a topic',
    load: async () => (await import('./produce.ts')).produce,
  },
  {
    name: 'consume',
    summary: 'print the records of a topic',
    load: async () => (await import('./consume.ts')).consume,
  },
  {
    name: 'inbox',
    summary: "a partner's referrals",
    load: async () => (await import('./inbox.ts')).inbox,
  },
  {
    name: 'rfi',
    summary: 'one RFI: its referrals, their scores and why, and what the customer was told',
    load: async () => (await import('./rfi.ts')).rfi,
  },
  {
    name: 'contacts',
    summary: "who may see an RFI's contact data now, and whom notices go to",
    load: async () => (await import('./contacts.ts')).contacts,
  },
  {
    name: 'explain',
    summary: 'how an RFI came to its partners: every figure, why not another, and whether it adds up',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'preview',
    summary: 'who would be chosen for an RFI now; writes nothing',
    load: async () => (await import('./preview.ts')).preview,
  },
  {
    name: 'scorecard',
    summary: "a partner's visibility, what it rests on, and how it compares",
    load: async () => (await import('./scorecard.ts')).scorecard,
  },
  {
    name: 'funnel',
    summary: 'routed, answered, accepted, won: in number and value',
    load: async () => (await import('./funnel.ts')).funnel,
  },
  {
    name: 'reasons',
    summary: 'why referrals were declined and deals lost',
    load: async () => (await import('./reasons.ts')).reasons,
  },
  {
    name: 'needs',
    summary: 'what was asked for that nobody could serve: terms, countries, reasons',
    load: async () => (await import('./needs.ts')).needs,
  },
  {
    name: 'concentration',
    summary: 'how evenly referrals lie over partners',
    load: async () => (await import('./concentration.ts')).concentration,
  },
  {
    name: 'replay',
    summary: 'a history through the ranking: how good it would have been, and a report',
    load: async () => (await import('./replay.ts')).replay,
  },
  {
    name: 'topics',
    summary: 'on Kafka: create the topics, check their settings, give them more partitions',
    load: async () => (await import('./topics.ts')).topics,
  },
  {
    name: 'schemas',
    summary: "register the worker's schemas, or check that the registry has them",
    load: async () => (await import('./schemas.ts')).schemas,
  },
  {
    name: 'store',
    summary: 'on MongoDB: make the collections and indexes that are missing',
    load: async () => (await import('./store.ts')).store,
  },
  {
    name: 'status',
    summary: 'where each lane stands, and what went wrong',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'dead-letters',
    summary: 'input that could not be read: list it, look at it, send it again',
    load: async () => (await import('./dead-letters.ts')).deadLetters,
  },
  {
    name: 'rebuild',
    summary: 'read models again from the journal, compared with the live ones and exchanged',
    load: async () => (await import('./rebuild.ts')).rebuild,
  },
  {
    name: 'erase',
    summary: "remove a customer's contact data for good; what counts stays",
    load: async () => (await import('./erase.ts')).erase,
  },
  {
    name: 'lanes',
    summary: 'list the lanes, or let a halted one go on',
    load: async () => (await import('./lanes.ts')).lanes,
  },
]

import type { Command } from 'commander'

/** What a command prints on standard output, and how it is called: `--help` ends with both. */
interface Shown {
  readonly prints: string
  readonly examples: readonly string[]
}

/** By the words of the command. Every command has its row: `test/cli/every-command.test.ts`. */
export const shown: Readonly<Record<string, Shown>> = {
  demo: {
    prints: 'what became of the tenders, the funnel, one RFI with its receipt, and commands to try next',
    examples: ['demo'],
  },
  simulate: {
    prints: 'what became of the history, in counts',
    examples: ['simulate --in examples/tenders/sample --data .data/history'],
  },
  worker: {
    prints: 'its roles and place, its lanes as they come and go, ready, and counts as it stops',
    examples: ['worker --data .data/mine', 'worker --roles router,projector --health-port 8080'],
  },
  produce: {
    prints: 'how many records were sent',
    examples: [
      'produce rfis rfis.ndjson --data .data/mine',
      'produce ranking-weights release.json --key live',
    ],
  },
  consume: {
    prints: 'a JSON object a line, with or without --json',
    examples: ['consume referral-status --from-beginning --max 3', 'consume dead-letters --follow'],
  },
  inbox: {
    prints:
      'how many are in each tab, a table of referrals (status, time left, flame, customer, need, value), and how to go on',
    examples: [
      'inbox acme',
      'inbox acme --tab archived --limit 10',
      'inbox acme --search "lisboa inventory"',
    ],
  },
  rfi: {
    prints: 'whom it went to, their scores and why, what became of each, and the notices',
    examples: ['rfi rfi-81'],
  },
  contacts: {
    prints: 'to whom notices go, and a row for each referral: the customer, or why it is hidden',
    examples: ['contacts rfi-81', 'contacts rfi-81 --partner acme --json'],
  },
  explain: {
    prints: 'the receipt as a table; with --partner, why or why not; with --verify, whether it adds up',
    examples: ['explain rfi-81 --verify', 'explain rfi-81 --partner acme'],
  },
  preview: {
    prints: 'the ranking as a table',
    examples: ['preview my-rfi.json', 'preview my-rfi.json --partner acme'],
  },
  scorecard: {
    prints: "the partner's visibility, its parts, and its rates beside everybody's",
    examples: ['scorecard acme'],
  },
  funnel: {
    prints: 'a table of steps with the share of the step before, and values by currency',
    examples: ['funnel', 'funnel --by month --from 2026-01', 'funnel --by country --times'],
  },
  reasons: {
    prints: 'a table of reasons, those given most first, with their share of declines and losses',
    examples: ['reasons', 'reasons --by country --from 2026-01 --to 2026-03'],
  },
  needs: {
    prints: 'how many RFIs went to nobody, why, from where, the terms asked for most, and the latest',
    examples: ['needs', 'needs --from 2026-03 --limit 50'],
  },
  concentration: {
    prints: 'an index of concentration, the share of the first few partners, and a table of them',
    examples: ['concentration', 'concentration --limit 50'],
  },
  replay: {
    prints: 'how good the ranking would have been beside simple orders; the files lie in --out',
    examples: ['replay --in examples/tenders/sample --out .data/replay'],
  },
  'topics create': {
    prints: 'a row for each topic: made, or there already',
    examples: ['topics create', 'topics create --partitions 24 --replication 3'],
  },
  'topics check': {
    prints: 'a row for each difference; nothing is changed',
    examples: ['topics check'],
  },
  'topics grow': {
    prints: 'what was in the way, or how many partitions each topic has now',
    examples: ['topics grow --partitions 48'],
  },
  'schemas check': { prints: 'a row for each topic', examples: ['schemas check'] },
  'schemas register': { prints: 'a row for each topic', examples: ['schemas register'] },
  'store migrate': {
    prints: 'what was made, and what is there and not known',
    examples: ['store migrate', 'store migrate --keep-sent 90'],
  },
  'store adopt': { prints: 'what changed hands', examples: ['store adopt'] },
  status: {
    prints: 'one screen: ready or why not, lanes by role, timers, what is unsent, what went wrong',
    examples: ['status', 'status --check && echo well'],
  },
  'dead-letters list': {
    prints: 'counts by code, then a table: the newest first',
    examples: ['dead-letters list', 'dead-letters list --code unknown-schema --from 2026-03-02T00:00:00Z'],
  },
  'dead-letters show': {
    prints: 'where and when it came, every fault, and whether it can be sent again',
    examples: ['dead-letters show rfis/3@1024', 'dead-letters show rfis/3@1024 --bytes'],
  },
  'dead-letters redrive': {
    prints: 'how many were sent; which were not, and why',
    examples: ['dead-letters redrive rfis/3@1024', 'dead-letters redrive --code unknown-schema --yes 3'],
  },
  erase: {
    prints: 'what was removed, in counts, and what could not be reached',
    examples: ['erase rfi-81 --by ticket-4711'],
  },
  rebuild: {
    prints: 'how much was compared, what differed (at most 50 by name), and whether it was exchanged',
    examples: ['rebuild all --check', 'rebuild inbox'],
  },
  'lanes list': { prints: 'a table: position, ends of the log, why one is halted', examples: ['lanes list'] },
  'lanes resume': {
    prints: 'where it goes on, and what that skips or repeats',
    examples: ['lanes resume router/rfis/3', 'lanes resume --all'],
  },
}

/** Puts them at the end of the help of a command and of those it has. */
export function addExamples(command: Command, words: readonly string[] = [command.name()]): void {
  const own = shown[words.join(' ')]
  if (own !== undefined) {
    const { prints, examples } = own
    const title = examples.length === 1 ? 'Example:' : 'Examples:'
    const lines = examples.map(example => `  referral-router ${example}`)
    command.addHelpText('after', `\nPrints ${prints}.\n${[title, ...lines].join('\n')}`)
  }
  for (const inner of command.commands) addExamples(inner, [...words, inner.name()])
}

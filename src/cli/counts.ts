import { topics } from '../roles/topics.ts'
import type { Folder } from './folder.ts'
import { readFunnel } from './funnel-rows.ts'
import { grouped } from './text.ts'

/** What became of a history. Test RFIs are in `rfis`, `unroutable`, `receipts` and `deadLetters` alone. */
export interface Counts {
  readonly rfis: number
  readonly referrals: number
  readonly accepted: number
  readonly declined: number
  readonly expired: number
  readonly won: number
  readonly lost: number
  readonly rejectedCommands: number
  readonly deadLetters: number
  readonly receipts: number
  readonly unroutable: number
}

export async function countsOf({ store, log }: Folder): Promise<Counts> {
  const [total] = await readFunnel(store, null)
  const { routed = 0, accepted = 0, declined = 0, expired = 0, won = 0, lost = 0 } = total?.counts ?? {}
  let rejectedCommands = 0
  for await (const { headers } of log.scan(await log.stretches([topics.status]))) {
    if (headers.ce_type === 'referral.command-rejected') rejectedCommands += 1
  }
  return {
    rfis: await store.count('rfis', {}),
    referrals: routed,
    accepted,
    declined,
    expired,
    won,
    lost,
    rejectedCommands,
    deadLetters: await store.count('dead', {}),
    receipts: await store.count('receipts', {}),
    unroutable: await store.count('rfis', { outcome: 'unroutable' }),
  }
}

/** Under their names, aligned, with what is worth a word beside them. */
export function countLines(counts: Counts): string {
  const { referrals } = counts
  const answered = counts.accepted + counts.declined
  const lines: [string, number, string?][] = [
    ['RFIs', counts.rfis, `${grouped(counts.unroutable)} without any partner`],
    ['referrals', referrals, `${grouped(answered)} answered`],
    ['  accepted', counts.accepted],
    ['    won', counts.won],
    ['    lost', counts.lost],
    ['  declined', counts.declined],
    ['  expired', counts.expired],
    ['rejected commands', counts.rejectedCommands],
    ['dead letters', counts.deadLetters],
    ['receipts', counts.receipts],
  ]
  return lines
    .map(
      ([name, count, note]) =>
        `${name.padEnd(18)}${grouped(count).padStart(8)}${note === undefined ? '' : `   ${note}`}`,
    )
    .join('\n')
}

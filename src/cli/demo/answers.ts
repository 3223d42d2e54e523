import { createHash } from 'node:crypto'
import type { RoutedEvent } from '../../domain/events.ts'
import type { ReasonCode } from '../../domain/reasons.ts'
import { addMillis, hour, parseTimestamp, type Timestamp, toMillis } from '../../domain/time.ts'
import type { HistoryLine } from '../../lanes/timeline.ts'
import { topics } from '../../roles/topics.ts'

/** What a firm did about a tender in the real log: a bid, then how it ended. The commands as they stand there. */
export interface RealAnswer {
  readonly accept: RealCommand
  readonly end: RealCommand | null
}

export interface RealCommand {
  readonly commandId: string
  readonly referralId: string
  readonly partnerId: string
  readonly occurredAt: Timestamp
  readonly type: string
}

/** The answers of a log, by referralId. Commands of other kinds are left out. */
export function answersIn(lines: readonly string[]): ReadonlyMap<string, RealAnswer> {
  const answers = new Map<string, RealAnswer>()
  for (const line of lines) {
    const command: RealCommand = JSON.parse(line)
    const { referralId, type } = command
    const answer = answers.get(referralId)
    if (type === 'accept') answers.set(referralId, { accept: command, end: answer?.end ?? null })
    else if (answer !== undefined && (type === 'win' || type === 'lose'))
      answers.set(referralId, { ...answer, end: command })
  }
  return answers
}

/**
 * How a partner answers a referral. A firm that bid accepts when it bid, and wins or loses when it did; where that is
 * too late for this referral, the same time after its routing. Of one that didn't bid nothing is known: whether it
 * declines, when and why, or says nothing, is drawn by a hash of the seed and the referral, the same in every run.
 */
export function answerTo(
  routed: Pick<RoutedEvent, 'rfiId' | 'referralId' | 'partnerId' | 'occurredAt' | 'expiresAt'>,
  real: RealAnswer | undefined,
  {
    seed,
    askedAt,
  }: { readonly seed: string /** When the real tender was noticed. */; readonly askedAt: Timestamp },
): HistoryLine[] {
  if (real !== undefined) return realAnswer(routed, real, askedAt)
  const draw = drawsOf(`${seed}/${routed.referralId}`)
  if (draw(0) >= shareDeclining) return []
  const reason = reasonAt(draw(1))
  const { referralId, partnerId } = routed
  const command = {
    commandId: `${referralId}/decline`,
    referralId,
    partnerId,
    // As the bids' times were made: between 1 and 256 hours, each doubling equally likely.
    occurredAt: addMillis(routed.occurredAt, Math.round(hour * 2 ** (8 * draw(2)))),
    type: 'decline',
    reason,
    ...(reason === 8 ? { notes: 'our crews are busy until the summer' } : {}),
  }
  return [lineOf(command)]
}

function realAnswer(
  routed: Pick<RoutedEvent, 'occurredAt' | 'expiresAt'>,
  { accept, end }: RealAnswer,
  askedAt: Timestamp,
): HistoryLine[] {
  const inTime = accept.occurredAt >= routed.occurredAt && accept.occurredAt < routed.expiresAt
  if (inTime) return end === null ? [lineOf(accept)] : [lineOf(accept), lineOf(end)]
  const later = toMillis(routed.occurredAt) - toMillis(askedAt)
  const moved = (command: RealCommand) => lineOf(movedBy(command, later))
  return end === null ? [moved(accept)] : [moved(accept), moved(end)]
}

function movedBy(command: RealCommand & { readonly closedAt?: Timestamp }, later: number): RealCommand {
  const { closedAt } = command
  return {
    ...command,
    occurredAt: addMillis(command.occurredAt, later),
    ...(closedAt === undefined ? {} : { closedAt: addMillis(closedAt, later) }),
  }
}

function lineOf(command: RealCommand): HistoryLine {
  const at = toMillis(parseTimestamp(command.occurredAt) ?? command.occurredAt)
  return { topic: topics.commands, key: command.referralId, value: JSON.stringify(command), at }
}

const shareDeclining = 0.45

/** Made up: that the work doesn't fit, as one would expect of firms with crews of their own. Never spam: they are real. */
const reasonShares: readonly (readonly [ReasonCode, number])[] = [
  [4, 0.4],
  [6, 0.25],
  [1, 0.2],
  [8, 0.15],
]

function reasonAt(draw: number): ReasonCode {
  let below = 0
  for (const [reason, share] of reasonShares) {
    below += share
    if (draw < below) return reason
  }
  return 4
}

/** Numbers in [0, 1) that depend on the text alone. */
function drawsOf(text: string): (at: 0 | 1 | 2) => number {
  const digest = createHash('sha256').update(text).digest()
  return at => digest.readUInt32BE(4 * at) / 2 ** 32
}

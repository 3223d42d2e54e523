import { createHash } from 'node:crypto'
import { between, type Random, seeded } from '../../../bench/random.ts'
import { vocabulary } from '../../../src/domain/vocabulary.ts'
import type { OutgoingRecord } from '../../../src/ports/log.ts'
import { topics } from '../../../src/roles/topics.ts'
import { brokenRecord, jsonRecord } from './records.ts'

export interface Offered {
  readonly referralId: string
  readonly partnerId: string
  /** ms since 1970. */
  readonly expiresAt: number
}

export interface Answer {
  /** ms after the offer was read. */
  readonly after: number
  readonly record: OutgoingRecord
}

/** An offer that ends so soon is left to the clock, or answered too late, more often than not. */
const soon = 60_000

/**
 * What a partner makes of an offer, decided by a hash of the referralId: all it may ask for, in order, and what it should
 * never have sent.
 */
export function answersTo({ referralId, partnerId, expiresAt }: Offered, now: number): Answer[] {
  const random = seeded(createHash('sha256').update(referralId).digest().readInt32LE())
  const answers: Answer[] = []
  let after = between(random, 0, 250)
  const command = (type: string, fields: object = {}) => ({
    commandId: `${referralId}/${type}/${answers.length}`,
    referralId,
    partnerId,
    occurredAt: new Date(now).toISOString(),
    type,
    ...fields,
  })
  const say = (value: object) => {
    answers.push({ after, record: jsonRecord(topics.commands, referralId, value) })
    after += random() < 0.5 ? 0 : between(random, 0, 400)
  }

  if (expiresAt - now < soon) {
    const draw = random()
    if (draw < 0.4) return []
    if (draw < 0.75) after += Math.max(0, expiresAt - now)
  }
  const draw = random()
  if (draw < 0.1) return oddly(random, answers, command, say)
  if (draw < 0.4) {
    say(command('decline', reason(random)))
  } else if (draw < 0.45) {
    say(command('win'))
  } else {
    const accept = command('accept', { engagement: engagement(random) })
    say(accept)
    if (random() < 0.1) say(accept)
    if (random() < 0.1) say(command('update-engagement', { engagement: engagement(random) }))
    if (random() < 0.1) say(command('add-contact', { contact: { firstName: 'Rui', lastName: 'Melo' } }))
    const end = random()
    if (end < 0.4) say(command('win', { value: money(random), solutions: solutions(random) }))
    else if (end < 0.65) say(command('lose', reason(random)))
  }
  return oddly(random, answers, command, say)
}

function oddly(
  random: Random,
  answers: Answer[],
  command: (type: string, fields?: object) => object,
  say: (value: object) => void,
): Answer[] {
  const sometimes = (value: () => object) => {
    if (random() < 0.05) say(value())
  }
  const favorite = command('favorite')
  sometimes(() => favorite)
  sometimes(() => favorite)
  sometimes(() => command('unfavorite'))
  sometimes(() => command('accept', { partnerId: 'somebody-else', engagement: { name: 'Not mine' } }))
  sometimes(() => command('accept', { engagement: {} }))
  sometimes(() => command('decline', { reason: 8 }))
  sometimes(() => command('favorite', { expectedVersion: 99 }))
  sometimes(() => command('decline', { referralId: 'rfi-unknown:p1', reason: 1 }))
  const last = answers.at(-1)
  if (last !== undefined && random() < 0.02)
    answers.push({ ...last, record: brokenRecord(topics.commands, 'broken') })
  return answers
}

function reason(random: Random): object {
  const code = between(random, 1, 8)
  return { reason: code, notes: code === 8 ? 'It did not feel right.' : null }
}

function engagement(random: Random): object {
  return { name: `Deal ${between(random, 1, 999)}`, value: random() < 0.7 ? money(random) : null }
}

function money(random: Random): object {
  return {
    amount: `${between(random, 1, 90_000)}.${between(random, 10, 99)}`,
    currency: random() < 0.8 ? 'EUR' : 'BRL',
  }
}

function solutions(random: Random): string[] {
  return random() < 0.5
    ? []
    : [vocabulary.solutions[between(random, 0, vocabulary.solutions.length - 1)] ?? '']
}

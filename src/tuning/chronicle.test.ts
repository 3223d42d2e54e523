import { describe, expect, test } from 'vitest'
import { day, hour, toTimestamp } from '../domain/time.ts'
import { chronicleOf } from './chronicle.ts'
import { type HistoryFile, HistoryReader } from './history.ts'

const start = Date.UTC(2026, 0, 1)
const at = (time: number) => toTimestamp(start + time)

function chronicle(files: Partial<Record<HistoryFile, readonly object[]>>) {
  const reader = new HistoryReader()
  for (const [file, lines] of Object.entries(files))
    for (const line of lines) reader.add(file as HistoryFile, JSON.stringify(line))
  return chronicleOf(reader.history())
}

function rfi(time: number, others: object = {}) {
  const customer = { country: 'PT' }
  return {
    rfiId: 'r',
    occurredAt: at(time),
    channel: 'marketing',
    customer,
    need: { title: 'inventory' },
    ...others,
  }
}

function command(type: string, time: number, others: object = {}) {
  const said = type === 'accept' ? { engagement: { name: 'deal' } } : { reason: 4 }
  return {
    commandId: `${type}/${time}`,
    referralId: 'r:p',
    partnerId: 'p',
    occurredAt: at(time),
    type,
    ...said,
    ...others,
  }
}

function offer(time: number, others: object = {}) {
  return { referralId: 'r:p', rfiId: 'r', partnerId: 'p', occurredAt: at(time), ...others }
}

/** What is learnt, as `type@hours`, an answer with its time in hours. */
function lessons(files: Parameters<typeof chronicle>[0]): string[] {
  return chronicle(files).steps.flatMap(step => {
    if (step.kind !== 'lesson') return []
    const { type, answerTime } = step.lesson
    const answered = type === 'accepted' || type === 'declined' ? `+${answerTime / hour}` : ''
    return [`${type}@${(step.at - start) / hour}${answered}`]
  })
}

const fortnight = 14 * 24

describe('what a log says happened, happened', () => {
  test.each([
    {
      name: 'a referral nobody listed was offered at the RFI, and is known when a command tells of it',
      files: { 'rfis.ndjson': [rfi(0)], 'referral-commands.ndjson': [command('accept', 3 * hour)] },
      told: ['offered@3', 'accepted@3+3'],
    },
    {
      name: 'a listed offer counts from its own time',
      files: {
        'rfis.ndjson': [rfi(0)],
        'referrals.ndjson': [offer(hour)],
        'referral-commands.ndjson': [command('decline', 3 * hour)],
      },
      told: ['offered@1', 'declined@3+2'],
    },
    {
      name: 'a listed offer without an answer goes by in silence after 14 days',
      files: { 'rfis.ndjson': [rfi(0)], 'referrals.ndjson': [offer(hour)] },
      told: ['offered@1', `expired@${fortnight + 1}`],
    },
    {
      name: 'or at its own deadline, or at the RFI’s',
      files: { 'rfis.ndjson': [rfi(0)], 'referrals.ndjson': [offer(hour, { expiresAt: at(5 * hour) })] },
      told: ['offered@1', 'expired@5'],
    },
    {
      name: 'the RFI’s deadline holds where the offer has none',
      files: { 'rfis.ndjson': [rfi(0, { expiresAt: at(7 * hour) })], 'referrals.ndjson': [offer(hour)] },
      told: ['offered@1', 'expired@7'],
    },
    {
      name: 'a late accept counts, in place of the silence',
      files: {
        'rfis.ndjson': [rfi(0)],
        'referrals.ndjson': [offer(0, { expiresAt: at(2 * hour) })],
        'referral-commands.ndjson': [command('accept', 9 * hour), command('win', 10 * hour)],
      },
      told: ['offered@0', 'expired@2', 'reopened@9', 'accepted@9+9', 'won@10'],
    },
    {
      name: 'nobody is silent whom only a command tells of',
      files: { 'rfis.ndjson': [rfi(0)], 'referral-commands.ndjson': [command('favorite', hour)] },
      told: ['offered@1'],
    },
    {
      name: 'what is dated before its RFI happened at it',
      files: {
        'rfis.ndjson': [rfi(5 * hour)],
        'referrals.ndjson': [offer(hour)],
        'referral-commands.ndjson': [command('accept', 2 * hour)],
      },
      told: ['offered@5', 'accepted@5+0'],
    },
    {
      name: 'a command before its own listing: the listing adds nothing',
      files: {
        'rfis.ndjson': [rfi(0)],
        'referrals.ndjson': [offer(3 * hour)],
        'referral-commands.ndjson': [command('accept', hour)],
      },
      told: ['offered@1', 'accepted@1+1'],
    },
    {
      name: 'second answers and second ends are ignored',
      files: {
        'rfis.ndjson': [rfi(0)],
        'referral-commands.ndjson': [
          command('accept', hour),
          command('decline', 2 * hour),
          command('accept', 3 * hour),
          command('win', 4 * hour),
          command('lose', 5 * hour),
        ],
      },
      told: ['offered@1', 'accepted@1+1', 'won@4'],
    },
    {
      name: 'nothing comes after a decline',
      files: {
        'rfis.ndjson': [rfi(0)],
        'referral-commands.ndjson': [command('decline', hour), command('win', 2 * hour)],
      },
      told: ['offered@1', 'declined@1+1'],
    },
    {
      name: 'an end without an acceptance had one',
      files: { 'rfis.ndjson': [rfi(0)], 'referral-commands.ndjson': [command('lose', 6 * hour)] },
      told: ['offered@6', 'accepted@6+6', 'lost@6'],
    },
    {
      name: 'a deal is reported once it has value and closing date',
      files: {
        'rfis.ndjson': [rfi(0)],
        'referral-commands.ndjson': [
          command('accept', hour),
          command('update-engagement', 2 * hour, { engagement: { value: { amount: '5', currency: 'EUR' } } }),
          command('update-engagement', 3 * hour, { engagement: { closingAt: at(day) } }),
          command('update-engagement', 4 * hour, { engagement: { closingAt: at(2 * day) } }),
        ],
      },
      told: ['offered@1', 'accepted@1+1', 'reported@3'],
    },
    {
      name: 'commands and offers for an RFI that is unknown, or a test, tell nothing',
      files: {
        'rfis.ndjson': [rfi(0, { rfiId: 'other', test: true })],
        'referrals.ndjson': [offer(hour), { ...offer(0), referralId: 'other:p', rfiId: 'other' }],
        'referral-commands.ndjson': [command('accept', hour)],
      },
      told: [],
    },
    {
      name: 'an offer that is over when it is made is silent after what happens at the same moment',
      files: { 'rfis.ndjson': [rfi(0)], 'referrals.ndjson': [offer(hour, { expiresAt: at(0) })] },
      told: ['offered@1', 'expired@1'],
    },
    {
      name: 'at one moment a deadline comes first, as answers are in time while t < expiresAt',
      files: {
        'rfis.ndjson': [rfi(0)],
        'referrals.ndjson': [offer(0, { expiresAt: at(hour) })],
        'referral-commands.ndjson': [command('accept', hour)],
      },
      told: ['offered@0', 'expired@1', 'reopened@1', 'accepted@1+1'],
    },
  ])('$name', ({ files, told }) => {
    expect(lessons(files)).toEqual(told)
  })

  test('lines of one moment: profiles, RFIs, referrals, commands, then the files’ own order', () => {
    const profile = (profileId: string) => ({
      profileId,
      partnerId: 'p',
      occurredAt: at(0),
      name: 'P',
      country: 'PT',
      state: 'published',
      locations: [{ locationId: 'l' }],
    })
    const { steps, events } = chronicle({
      'referral-commands.ndjson': [command('accept', 0)],
      'referrals.ndjson': [offer(0)],
      'rfis.ndjson': [rfi(0, { rfiId: 'second' }), rfi(0)],
      'partner-profiles.ndjson': [profile('b'), profile('a')],
    })
    const told = steps.map(step =>
      step.kind === 'profile'
        ? step.profile.profileId
        : step.kind === 'rfi'
          ? step.rfi.rfiId
          : step.lesson.type,
    )
    expect(told).toEqual(['b', 'a', 'second', 'r', 'offered', 'accepted'])
    expect(events).toBe(6)
  })

  test('an RFI that comes again is ignored', () => {
    const { rfis, ignored } = chronicle({ 'rfis.ndjson': [rfi(hour), rfi(0)] })
    expect(rfis).toBe(1)
    expect(ignored.repeated).toBe(1)
  })
})

test('malformed lines are skipped, counted, and the first of them told by their number', () => {
  const reader = new HistoryReader()
  const file = 'referral-commands.ndjson'
  const lines = [
    '',
    'nonsense',
    JSON.stringify(command('accept', 0)),
    '{}',
    JSON.stringify(command('dance', 0)),
  ]
  for (const line of lines) reader.add(file, line)
  reader.add(file, JSON.stringify(command('accept', 0, { partnerId: 'q' })))
  const { commands, readings } = reader.history()
  expect(commands).toHaveLength(1)
  expect(readings[file]).toMatchObject({ lines: 6, skipped: 4 })
  expect(readings[file].faults.map(({ line, field }) => `${line} ${field}`)).toEqual([
    '2 ',
    '4 type',
    '5 type',
    '6 partnerId',
  ])
})

import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { inputsOf } from '../../src/cli/lane-places.ts'
import { byRole, type LaneStatus, type Status } from '../../src/cli/status-report.ts'
import { statusText } from '../../src/cli/status-text.ts'
import { wrapped } from '../../src/cli/wrap.ts'
import { roleNames } from '../../src/roles/role.ts'
import { fc } from '../support/property.ts'

const lanes = (partitions: number, lag: number): LaneStatus[] =>
  roleNames.flatMap(role =>
    inputsOf[role].flatMap(topic =>
      Array.from({ length: partitions }, (_, partition) => ({
        ...{ lane: `${role}/${topic}/${partition}`, role, topic, position: 12, end: 12, epoch: 0 },
        lag: partition === 3 ? lag : 0,
      })),
    ),
  )

const well: Status = {
  place: '.data/mine',
  ready: true,
  problems: [],
  workers: [{ name: 'host/9657', roles: ['router', 'clock'] }],
  roles: byRole(lanes(24, 0), []),
  lanes: lanes(24, 0),
  halted: [],
  nextTimer: '2026-03-04T10:00:00.000Z',
  unsent: 0,
  unsentSince: null,
  deadLetters: {},
  rejectedCommands: {},
  counts: { profiles: 183 },
}

const reasons = ['the log ends at 0, 7 below the position 7: topic recreated?', 'a topic is gone', 'c', 'd']
const halted = lanes(24, 0)
  .filter((_, at) => at % 2 === 0)
  .map(({ lane }, at) => ({
    lane,
    reason: `${reasons[at % 4]} (${at < 24 ? 'one' : 'other'} ${'word '.repeat(20)})`,
    haltedAt: '2026-03-02T08:00:00.000Z',
  }))

const ill: Status = {
  ...well,
  ready: false,
  problems: [...halted.map(({ lane, reason }) => `${lane} halted: ${reason}`), 'no worker runs for clock'],
  place: `Kafka ${Array.from({ length: 9 }, (_, at) => `broker-${at}.kafka.example:9092`).join(',')}, MongoDB at db`,
  workers: Array.from({ length: 30 }, (_, at) => ({
    name: `worker-${at}.of.a.long.name/${at}`,
    roles: ['directory', 'router', 'referral', 'projector'],
  })),
  halted,
  roles: byRole(lanes(24, 123_456_789), halted),
  nextTimer: '2026-03-01T10:00:00.000Z',
  unsent: 3,
  unsentSince: '2026-03-02T08:56:00.000Z',
  deadLetters: { 'malformed-json': 12_345, missing: 1, 'unknown-schema': 3 },
  rejectedCommands: { version: 12, 'wrong-partner': 1 },
}

const at = { width: 80, now: Date.parse('2026-03-02T09:00:00.000Z') }

describe('status', () => {
  it('says in one screen that all is well', () => {
    expect(statusText(well, at)).toBe(
      `ready
on            .data/mine
workers       host/9657  router, clock

lanes of                    lanes  lag  most of one  halted
directory/partner-profiles     24    0
directory/ranking-weights      24    0
router/rfis                    24    0
referral/referral-commands     24    0
projector/referral-status      24    0
projector/customer-notices     24    0

timers        none is overdue; the next is due in 2 d 1 h
to be sent    nothing
commands      none rejected
dead letters  none
documents     profiles 183`,
    )
  })

  it('says what is not, within 80 columns, however much it is', () => {
    const text = statusText(ill, at)
    for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80)
    expect(text).toMatch(/^not ready {5}72 lanes are halted; no worker runs for clock$/m)
    expect(text).toMatch(/^router\/rfis +24 +123,456,789 +123,456,789 \(\/3\) +12$/m)
    expect(text).toMatch(/^directory\/partner-profiles\/0, 8, 16; .* halted:\n {2}the log ends at 0/m)
    expect(text).toContain('the oldest unanswered one was due 2026-03-01 10:00 UTC, 23 h ago')
    expect(text).toContain('3 batches of records, the oldest for 4 min')
    expect(text).toContain('malformed-json 12,345, missing 1, unknown-schema 3')
    expect(text).toMatch(
      /lanes resume --all\n.*dead-letters list\n.*consume referral-status --from-beginning \\\n {2}--type referral.command-rejected$/,
    )
  })
})

it('lines are broken at spaces, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 })), words => {
      const text = words
        .map(word => word.replaceAll(/\s/g, ''))
        .join(' ')
        .trim()
      const lines = wrapped(text, { width: 30, indent: 4 }).split('\n')
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(30)
      expect(
        lines
          .map(line => line.trim())
          .join(' ')
          .replaceAll(/ +/g, ' '),
      ).toBe(text.replaceAll(/ +/g, ' '))
    }),
  )
})

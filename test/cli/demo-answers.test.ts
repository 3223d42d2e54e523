import { describe, expect, it } from 'vitest'
import { answersIn, answerTo } from '../../src/cli/demo/answers.ts'
import { commandSchema } from '../../src/domain/commands.ts'
import type { RoutedEvent } from '../../src/domain/events.ts'
import { addMillis, day, hour, toMillis } from '../../src/domain/time.ts'
import { fc } from '../support/property.ts'

const askedAt = '2010-01-05T00:00:00.000Z'
const options = { seed: 'test', askedAt }

function routedAt(occurredAt: string, referralId = 'rfi-1:firm') {
  const [rfiId, partnerId] = referralId.split(':')
  const expiresAt = addMillis(occurredAt, 14 * day)
  return { rfiId, referralId, partnerId, occurredAt, expiresAt } as RoutedEvent
}

const ids = { referralId: 'rfi-1:firm', partnerId: 'firm' }
const accept = {
  ...ids,
  commandId: 'a',
  type: 'accept',
  occurredAt: addMillis(askedAt, 30 * hour),
  engagement: { name: 'x' },
}
const win = {
  ...ids,
  commandId: 'w',
  type: 'win',
  occurredAt: addMillis(askedAt, 15 * day),
  closedAt: addMillis(askedAt, 15 * day),
}
const lines = [accept, win].map(command => JSON.stringify(command))
const bid = answersIn(lines).get('rfi-1:firm')

describe('the demo answers', () => {
  it('as the firm did, when it did', () => {
    const answer = answerTo(routedAt(askedAt), bid, options)
    expect(answer.map(({ value, at }) => ({ value, at }))).toEqual([
      { value: lines[0], at: toMillis(accept.occurredAt) },
      { value: lines[1], at: toMillis(win.occurredAt) },
    ])
  })

  it('after the same time when the real moment is past', () => {
    const later = addMillis(askedAt, 20 * day)
    const [accepted, won] = answerTo(routedAt(later), bid, options).map(({ value }) => JSON.parse(value))
    expect(accepted.occurredAt).toBe(addMillis(later, 30 * hour))
    expect([won.occurredAt, won.closedAt]).toEqual([addMillis(later, 15 * day), addMillis(later, 15 * day)])
  })

  it('with a decline or silence where nothing is known, the same every time', () => {
    const reasons = new Map<number | string, number>()
    const partner = fc.stringMatching(/^[a-z0-9]{1,12}$/)
    fc.assert(
      fc.property(partner, partner, (rfi, firm) => {
        const routed = routedAt(askedAt, `${rfi}:${firm}`)
        const answer = answerTo(routed, undefined, options)
        expect(answerTo(routed, undefined, options)).toEqual(answer)
        expect(answer.length).toBeLessThanOrEqual(1)
        for (const { value, at, key } of answer) {
          const command = commandSchema.parse(JSON.parse(value))
          expect(command.type).toBe('decline')
          expect(key).toBe(routed.referralId)
          expect(at).toBeGreaterThanOrEqual(toMillis(askedAt) + hour)
          expect(at).toBeLessThan(toMillis(routed.expiresAt))
        }
        const [line] = answer
        const reason = line === undefined ? 'silent' : JSON.parse(line.value).reason
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      }),
      { numRuns: 1000, seed: 1 },
    )
    expect(reasons.get('silent')).toBeGreaterThan(400)
    expect([...reasons.keys()].sort()).toEqual([1, 4, 6, 8, 'silent'])
  })
})

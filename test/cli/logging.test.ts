import { describe, expect, it } from 'vitest'
import { createLogger } from '../../src/ops/logging.ts'
import { redact } from '../../src/ops/redaction.ts'
import { PortError } from '../../src/ports/errors.ts'
import { fc } from '../support/property.ts'

function logged(fields: object, event = 'event'): string {
  let text = ''
  const logger = createLogger({ level: 'debug', to: { write: line => (text += line) } })
  logger.info(fields, event)
  return text
}

const contact = { firstName: 'Ana', lastName: 'Reis', email: 'ana.reis@padaria.pt', phone: '+351 21 000' }
const secrets = ['Ana', 'Reis', 'padaria.pt', '351 21', 'Padaria Central']

describe('the log', () => {
  it('is one JSON object a line, with level, time, event and the fields', () => {
    const line = logged({ lane: 'router/rfis/3', offset: 12 }, 'lane-halted')
    expect(line.endsWith('}\n')).toBe(true)
    expect(JSON.parse(line)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      event: 'lane-halted',
      lane: 'router/rfis/3',
      offset: 12,
    })
  })

  it.each([
    ['a contact', { contact }],
    ['fields of one', { ...contact }],
    ['deep in an RFI', { rfi: { customer: { name: 'Padaria Central', contact } } }],
    ['in lists', { commands: [{ team: [contact] }, [{ contacts: [contact] }]] }],
    ['an inviter', { inviter: { id: 's', email: contact.email } }],
    ['in a text', { reason: `no mail to <${contact.email}> went out` }],
    ['in an error', { err: new Error(`bad address ${contact.email}`, { cause: new Error(contact.email) }) }],
  ])('holds no contact data: %s', (_, fields) => {
    const line = logged(fields)
    expect(line).toContain('[redacted]')
    for (const secret of secrets) expect(line).not.toContain(secret)
  })

  it('holds none at any depth', () => {
    const nested = fc.letrec(tie => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constant({ contact }),
        fc.array(tie('node'), { maxLength: 2 }),
        fc.dictionary(fc.string({ maxLength: 5 }), tie('node'), { maxKeys: 3 }),
      ),
    })).node
    fc.assert(
      fc.property(nested, value => {
        const line = logged({ value })
        for (const secret of secrets) expect(line).not.toContain(secret)
      }),
      { numRuns: 50 },
    )
  })

  it('may be given what was made ready for it on another thread', () => {
    const cause = new PortError('unavailable', `no answer to ${contact.email}`, { retryable: true })
    const fields = { lane: 'a', contact, err: new Error('halted', { cause }), nothing: undefined }
    expect(JSON.parse(logged(structuredClone(redact(fields)) as object))).toEqual({
      ...JSON.parse(logged(fields)),
      time: expect.any(String),
    })
    expect(redact(fields)).toMatchObject({ err: { type: 'Error', cause: { code: 'unavailable' } } })
  })

  it('tells an error by type, message and stack', () => {
    const { err } = JSON.parse(logged({ err: new TypeError('no such thing') }))
    expect(err).toMatchObject({ type: 'TypeError', message: 'no such thing' })
    expect(err.stack).toContain('logging.test.ts')
  })
})

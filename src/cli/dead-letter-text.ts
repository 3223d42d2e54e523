import type { Fault } from '../domain/shape.ts'
import type { DeadDocument, RedrivenDocument } from '../roles/documents/operations.ts'
import { holdContactData, obstacleTo } from '../roles/redrive.ts'
import { commandLine, samePlace } from './invocation.ts'
import { styled, terminalWidth } from './output.ts'
import { clean, grouped, minuteOf } from './text.ts'
import { wrapped } from './wrap.ts'

/** All but what may hold contact data. */
export function shown(letter: DeadDocument): object {
  const { _id: id, version: _version, key: _key, value, headers, ...known } = letter
  return { id, ...known, headers: Object.keys(headers), hasBytes: value !== null }
}

/** What may: key, headers and value as they came. Bytes in base64, and as text where they are that. */
export function bytesOf({ key, headers, value }: DeadDocument): object {
  const text = value === null ? null : textOf(value)
  return { key, headers, value, ...(text === null ? {} : { text }) }
}

export function letterText(letter: DeadDocument, { bytes }: { readonly bytes: boolean }): string {
  const { _id, redriveOf, redrivingSince, removeAt, key, headers, value } = letter
  const names = Object.keys(headers)
  const obstacle = obstacleTo(letter, Date.now())
  return [
    ...common(_id, letter),
    `headers        ${names.length === 0 ? 'none' : clean(names.join(', '))}`,
    ...(removeAt === null ? [] : [`kept until     ${minuteOf(removeAt)} UTC, holding what an RFI holds`]),
    ...(redriveOf === null ? [] : [`was before     ${redriveOf}, sent again and failed again`]),
    ...(redrivingSince === null
      ? []
      : [`sent again     ${minuteOf(redrivingSince)} UTC, and no lane has taken it so far`]),
    '',
    'wrong is',
    ...faultLines(letter.faults),
    '',
    ...(bytes
      ? [
          styled('yellow', 'As it came, which may hold contact data of customers:'),
          `key            ${key === null ? 'none' : clean(textOf(key) ?? `base64 ${key}`)}`,
          ...Object.entries(headers).map(([name, text]) => `header         ${clean(`${name}: ${text}`)}`),
          value === null ? 'no value is kept' : valueText(value),
          '',
        ]
      : value === null
        ? []
        : [
            `${commandLine('dead-letters', 'show', _id, '--bytes', ...samePlace())} shows what it was${
              holdContactData.has(letter.topic) ? ', contact data of a customer included' : ''
            }`,
          ]),
    obstacle === null
      ? `${commandLine('dead-letters', 'redrive', _id, ...samePlace())} sends it again, as it is; with produce a mended one`
      : fitted(`It can't be sent again: ${obstacle}`, 2),
  ].join('\n')
}

export function redrivenText(letter: RedrivenDocument): string {
  const { letter: id, redrivingSince, lane, offset, takenAt, again, redriveOf } = letter
  return [
    ...common(id, letter),
    ...(redriveOf === null ? [] : [`was before     ${redriveOf}, sent again and failed again`]),
    `sent again     ${redrivingSince === null ? '–' : `${minuteOf(redrivingSince)} UTC`}`,
    again === null
      ? `taken          ${minuteOf(takenAt)} UTC, by ${lane} at ${grouped(offset)}`
      : `failed again   ${minuteOf(takenAt)} UTC: it is ${again} now`,
    '',
    'wrong is',
    ...faultLines(letter.faults),
  ].join('\n')
}

type Common = Pick<DeadDocument, 'topic' | 'timestamp' | 'role' | 'code' | 'hash' | 'size'>

function common(id: string, { topic, timestamp, role, code, hash, size }: Common): string[] {
  return [
    `${styled('bold', id)}  ${code}`,
    `came           ${timestamp}, in topic ${topic}`,
    `refused by     ${role}`,
    `value          ${size === null ? 'none' : `${grouped(size)} bytes`}`,
    ...(size === null ? [] : [`SHA-256        ${hash}`]),
  ]
}

/** In full, whatever their length. */
function faultLines(faults: readonly Fault[]): string[] {
  return faults.map(({ code, field, found, expected }) => {
    const where = field === '' ? 'the whole record' : clean(field)
    const text = `  ${code}  ${where}: found ${clean(found)}, expected ${clean(expected)}`
    return fitted(text, 4)
  })
}

function fitted(text: string, indent: number): string {
  return wrapped(text, { width: terminalWidth() ?? Number.POSITIVE_INFINITY, indent })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Null for what is no text. */
function textOf(base64: string): string | null {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'))
  } catch {
    return null
  }
}

/** Lines stay lines; nothing in them steers the terminal. */
function valueText(base64: string): string {
  const text = textOf(base64)
  if (text === null) return `value, base64\n${base64}`
  return `value\n${text.split(/\r?\n/).map(clean).join('\n')}`
}

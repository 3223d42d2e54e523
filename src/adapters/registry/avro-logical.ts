import avro from 'avsc'
import { Misfit } from './misfit.ts'
import { momentOf } from './moments.ts'

/** The names that are told apart; any other logical type is its underlying one, as the standard has it. */
const logicalNames = [
  'decimal',
  'date',
  'time-millis',
  'time-micros',
  'timestamp-millis',
  'timestamp-micros',
  'timestamp-nanos',
  'local-timestamp-millis',
  'local-timestamp-micros',
] as const
type LogicalName = (typeof logicalNames)[number]

/** Only carries what the schema says; it never converts anything. */
export class Logical extends avro.types.LogicalType {
  readonly logicalType: LogicalName
  readonly scale: number

  constructor(schema: avro.Schema, options?: object) {
    super(schema, options)
    const { logicalType, scale = 0 } = schema as unknown as { logicalType: LogicalName; scale?: number }
    this.logicalType = logicalType
    this.scale = scale
  }
}
/** For avsc, which then gives a type of these names as a `Logical`. */
export const logicalTypes = Object.fromEntries(logicalNames.map(name => [name, Logical]))

/** What a value of the underlying type (bytes as base64) is as JSON would give it. */
export function conversionOf({ logicalType, scale }: Logical): (value: unknown) => unknown {
  switch (logicalType) {
    case 'decimal':
      return value => (typeof value === 'string' ? decimalOf(Buffer.from(value, 'base64'), scale) : value)
    case 'date':
      return value => momentOf(Number(value) * 86_400_000).slice(0, 10)
    case 'time-millis':
      return value => asMoment(value, 1).slice(11, 23)
    case 'time-micros':
      return value => asMoment(value, 1000).slice(11, 23)
    case 'timestamp-millis':
      return value => asMoment(value, 1)
    case 'timestamp-micros':
      return value => asMoment(value, 1000)
    case 'timestamp-nanos':
      return value => asMoment(value, 1_000_000)
    case 'local-timestamp-millis':
      return value => asMoment(value, 1).replace(/Z$/, '')
    case 'local-timestamp-micros':
      return value => asMoment(value, 1000).replace(/Z$/, '')
  }
}

function asMoment(value: unknown, unitsPerMilli: number): string {
  return momentOf(Math.floor(Number(value) / unitsPerMilli))
}

/** No decimal that anybody means is larger, and making text of one takes time by the square of its length. Bytes. */
const longestDecimal = 64

/** Big-endian two's complement, in units of 10^−scale. Without zeros at its end. */
export function decimalOf(bytes: Uint8Array, scale: number): string {
  if (bytes.length > longestDecimal || scale > 100) throw new Misfit('a decimal of some use')
  const hex = Buffer.from(bytes).toString('hex')
  const units = hex === '' ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`))
  const all = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const fraction = scale > 0 ? all.slice(-scale).replace(/0+$/, '') : ''
  const whole = scale > 0 ? all.slice(0, -scale) : all
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : '.'}${fraction}`
}

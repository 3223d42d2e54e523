/** Ways to spoil a record: its structure, its text, its bytes. */
import { between, type Random } from '../../bench/random.ts'
import { chance, pick } from './samples.ts'

type Json = unknown
type Holder = Record<string, Json>

const deep = (levels: number): Json => {
  let value: Json = 1
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Values that stand where others should. A function, as each takes its own draw. */
const strange: readonly ((random: Random) => Json)[] = [
  () => null,
  () => '',
  () => '   ',
  () => 0,
  () => -1,
  () => 1.5,
  () => 1e308,
  () => 2 ** 53,
  () => -(2 ** 63),
  () => true,
  () => [],
  () => ({}),
  () => [null],
  () => [[[]]],
  () => '\ud800',
  () => 'a\udfffb',
  () => '\0',
  () => '__proto__',
  () => 'constructor',
  () => '\u202Egnp.exe',
  () => '\u200bin\u200dventory\ufeff',
  () => `Z${'\u0315\u0316'.repeat(2000)}`,
  () => 'ﷺ'.repeat(500),
  () => `${'a'.repeat(5000)}!`,
  () => 'x'.repeat(600),
  () => '1e30',
  () => '1'.repeat(31),
  () => `0.${'1'.repeat(30)}`,
  () => '-0',
  () => 'NaN',
  () => '2026-02-30T00:00:00Z',
  () => '1970-01-01T00:00:00.000Z',
  () => '9999-12-31T23:59:59.999Z',
  () => '10000-01-01T00:00:00Z',
  () => '-000001-01-01T00:00:00Z',
  () => '2026-03-02T09:14:00+09:00',
  () => 'a:b',
  () => ':',
  random => 'é'.repeat(between(random, 90, 101)),
  random => deep(between(random, 2, 300)),
  random => Array.from({ length: between(random, 10, 400) }, (_, at) => at),
  random => Array.from({ length: between(random, 10, 400) }, (_, at) => `tag${at}`),
  random => Object.fromEntries(Array.from({ length: between(random, 10, 200) }, (_, at) => [`k${at}`, at])),
]

/** Rare, as each takes a hundred kilobytes and more. */
const huge: readonly ((random: Random) => Json)[] = [
  () => deep(1500),
  () => Array(100_000).fill(1),
  () => Array(60_000).fill(''),
  () => Array.from({ length: 40_000 }, (_, at) => at.toString(36)),
  () => `Z${'\u0315\u0316'.repeat(50_000)}`,
  () => 'ﷺ'.repeat(70_000),
  () => 'ก'.repeat(70_000),
  () => `${'a'.repeat(200_000)}!`,
  () => Array.from({ length: 30_000 }, (_, at) => `w${at.toString(36)}`).join(' '),
  () => 'x'.repeat(300_000),
  () => Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at])),
]

/** Every place of a value, with its holder. */
function placesOf(value: Json): { holder: Holder; name: string }[] {
  const places: { holder: Holder; name: string }[] = []
  const open = [value]
  while (open.length > 0) {
    const holder = open.pop()
    if (holder === null || typeof holder !== 'object') continue
    for (const name of Object.keys(holder)) {
      places.push({ holder: holder as Holder, name })
      open.push((holder as Holder)[name])
    }
  }
  return places
}

/** A copy with one to three places spoiled. */
export function spoiled(random: Random, sample: Json, rare: number): Json {
  const copy = structuredClone(sample)
  const places = placesOf(copy)
  for (let count = between(random, 1, 3); count > 0; count -= 1) {
    const { holder, name } = pick(random, places)
    const way = random()
    if (way < 0.15) delete holder[name]
    else if (way < 0.25) holder[pick(random, ['constructor', 'toString', 'extra', ''])] = holder[name]
    else if (way < 0.35)
      Object.assign(holder, {
        [name]: pick(random, places).holder === holder ? null : holder[pick(random, Object.keys(holder))],
      })
    else holder[name] = pick(random, chance(random, rare) ? huge : strange)(random)
  }
  return copy
}

const text = (value: Json) => JSON.stringify(value) ?? 'null'

/** Texts that JSON.stringify never writes. */
const asText: readonly ((random: Random, value: Json) => string)[] = [
  (_, value) => text(value).replace('{', '{"__proto__":{"polluted":true},'),
  (_, value) => text(value).replace('{', '{"constructor":{"prototype":{"polluted":true}},'),
  (_, value) => text(value).replace(/\}$/, `,${text(value).slice(1)}`),
  (_, value) => `\ufeff${text(value)}`,
  (_, value) => `${text(value)}}`,
  (_, value) => text(value).replace(/"/, "'"),
  (_, value) => text(value).replace(/:(\d+|null|true|false)/, ':1e400'),
  (_, value) => text(value).replace(/"([^"]*)"$/, '"\\ud800"'),
  (random, value) => text(value).slice(0, between(random, 0, text(value).length - 1)),
  (random, value) => `{"a":${'['.repeat(between(random, 1, 3000))}${text(value)}`,
  (_, value) => text(text(value)),
  () => '',
  () => ' ',
  () => 'null',
  () => '"',
  () => '[]',
  () => '{}',
  () => '-',
  () => '1e999999',
]

export function asOddText(random: Random, value: Json): string {
  return pick(random, asText)(random, value)
}

/** Bytes flipped, cut out, doubled, overwritten. */
export function scrambled(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes
  const copy = Uint8Array.from(bytes)
  const at = Math.floor(random() * copy.length)
  switch (between(random, 0, 5)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      return Buffer.concat([
        copy.subarray(0, at),
        copy.subarray(Math.min(copy.length, at + between(random, 1, 8))),
      ])
    case 2:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from(pick(random, invalid), 'hex'),
        copy.subarray(at),
      ])
    case 3:
      return Buffer.concat([copy, copy])
    default:
      for (let count = between(random, 1, 8); count > 0; count -= 1)
        copy[Math.floor(random() * copy.length)] = between(random, 0, 255)
      return copy
  }
}

/** Not UTF-8: alone, overlong, surrogates, beyond Unicode. */
const invalid = ['ff', 'c0af', 'eda080', 'f4908080', '80', 'e282', '00']

export function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: between(random, 0, 400) }, () => between(random, 0, 255))
}

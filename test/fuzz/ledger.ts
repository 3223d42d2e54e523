/**
 * What became of each record, by what can be seen from outside: dead letters (in the topic and in the store, the same),
 * records that name it as their cause, documents it left. Only what leaves no trace by design is taken from the lanes'
 * counts: repeats, what is older, what changes nothing.
 */
import type { Codec } from '../../src/ports/codec.ts'
import type { LogRecord } from '../../src/ports/log.ts'
import { type Topic, topics } from '../../src/roles/topics.ts'
import { type FuzzedTopic, fuzzedTopics } from './samples.ts'
import type { Stepper } from './stepper.ts'

const laneOfTopic: Readonly<Record<FuzzedTopic, string>> = {
  [topics.rfis]: 'router',
  [topics.commands]: 'referral',
  [topics.profiles]: 'directory',
  [topics.weights]: 'directory',
  [topics.status]: 'projector',
  [topics.notices]: 'projector',
}

/** Counts of records that are dropped on purpose, and how to name them. */
const ignored: Readonly<Record<string, string>> = {
  'ignored-repeats': 'ignored: repeat',
  'ignored-older': 'ignored: older',
  'ignored-unknown-tombstone': 'ignored: unknown tombstone',
  'ignored-redrives': 'ignored: redriven before',
  'without-effect': 'ignored: changes nothing',
}

const fates = new TextDecoder()

/** What answers a record: by the lane and the offset that `ce_id` and `seq` name. */
interface Answer {
  event: boolean
  rejection: string | null
  decided: string | null
}

/** Sums over all folders of a run. */
export class Tally {
  /** topic → outcome → records. */
  readonly rows = new Map<string, Map<string, number>>()
  /** The first 20. */
  readonly problems: string[] = []
  unaccounted = 0
  /** Records in the topics that are looked at, those included that the worker itself wrote there. */
  total = 0

  count(topic: string, outcome: string, by: number): void {
    if (by === 0) return
    const row = this.rows.get(topic) ?? new Map<string, number>()
    this.rows.set(topic, row)
    row.set(outcome, (row.get(outcome) ?? 0) + by)
  }

  problem(records: number, what: string): void {
    this.unaccounted += records
    if (this.problems.length < 20) this.problems.push(what)
  }
}

export class Ledger {
  readonly #stepper: Stepper
  readonly #codec: Codec
  readonly #partitions: number
  readonly #tally: Tally
  readonly #offsets = new Map<string, number>()
  readonly #counted = new Map<string, number>()
  readonly #versions = new Map<string, number>()
  #directedRecords = 0

  constructor(stepper: Stepper, codec: Codec, { partitions, tally }: { partitions: number; tally: Tally }) {
    this.#tally = tally
    this.#stepper = stepper
    this.#codec = codec
    this.#partitions = partitions
  }

  /** Accounts for all that came since the last time. Nothing may be left to do. */
  async account(): Promise<void> {
    const letters = await this.#letters()
    const answers = this.#answers()
    for (const topic of fuzzedTopics) {
      for (let partition = 0; partition < this.#partitions; partition += 1) {
        const lane = `${laneOfTopic[topic]}/${topic}/${partition}`
        const records = this.#fresh(topic, partition)
        this.#tally.total += records.length
        const rest: LogRecord[] = []
        for (const record of records) {
          const code = letters.get(`${topic}/${partition}@${record.offset}`)
          if (code === undefined) rest.push(record)
          else this.#count(topic, `dead letter: ${code}`)
          letters.delete(`${topic}/${partition}@${record.offset}`)
        }
        if (topic === topics.profiles || topic === topics.weights)
          await this.#directed(topic, lane, records, rest.length)
        else await this.#fates(topic, lane, rest, answers)
      }
      const directed = this.#directedRecords
      this.#directedRecords = 0
      if (directed !== 0) this.#problem(Math.abs(directed), `${topic}: ${directed} records left no trace`)
    }
    for (const [id] of letters) this.#problem(1, `a dead letter of ${id}, which nobody sent`)
  }

  async #fates(
    topic: FuzzedTopic,
    lane: string,
    records: readonly LogRecord[],
    answers: Map<string, Answer>,
  ) {
    let unseen = 0
    for (const { offset } of topic === topics.rfis || topic === topics.commands ? records : []) {
      const answer = answers.get(`${lane}@${offset}`)
      if (answer?.decided != null) this.#count(topic, `applied: ${answer.decided}`)
      else if (answer?.event === true) this.#count(topic, 'applied')
      else if (answer?.rejection != null) this.#count(topic, `rejected: ${answer.rejection}`)
      else unseen += 1
    }
    if (topic === topics.status || topic === topics.notices) {
      const seen = await this.#projected(topic, records)
      for (const [outcome, count] of seen) this.#count(topic, outcome, count)
      unseen = records.length - [...seen.values()].reduce((sum, count) => sum + count, 0)
      // In the row, but perhaps since another record of the same version.
      const repeats = this.#risen(lane, 'ignored-repeats')
      this.#count(topic, 'applied', -repeats)
      this.#count(topic, 'ignored: repeat', repeats)
    }
    unseen -= this.#dropped(topic, lane)
    if (unseen !== 0)
      this.#problem(Math.abs(unseen), `${lane}: ${unseen} of ${records.length} records left no trace`)
  }

  /** A profile may come by several lanes, so only their sum says what became of their records. */
  async #directed(topic: Topic, lane: string, records: readonly LogRecord[], undead: number): Promise<void> {
    const [first] = records
    const applied = first === undefined ? 0 : await this.#versionsRisen(topic, lane, first.offset)
    this.#count(topic, 'applied', applied)
    this.#directedRecords += undead - applied - this.#dropped(topic, lane)
  }

  /** Dropped on purpose, by the lane's own count. */
  #dropped(topic: Topic, lane: string): number {
    let sum = 0
    for (const [name, outcome] of Object.entries(ignored)) {
      const count = this.#risen(lane, name)
      this.#count(topic, outcome, count)
      sum += count
    }
    return sum
  }

  /** By how much a lane's count rose since it was last looked at. */
  #risen(lane: string, name: string): number {
    const now = this.#stepper.counts().get(lane)?.[name] ?? 0
    const key = `${lane} ${name}`
    const before = this.#counted.get(key) ?? 0
    this.#counted.set(key, now)
    return now - before
  }

  /** A profile's or release's version counts the records that were applied to it. */
  async #versionsRisen(topic: Topic, lane: string, from: number): Promise<number> {
    const { store } = this.#stepper
    const collection = topic === topics.profiles ? 'profiles' : 'weights'
    const documents = await store.find(collection, {
      where: { 'changed.lane': lane, 'changed.offset': { gte: from } },
    })
    let risen = 0
    for (const { _id, version } of documents) {
      const key = `${collection} ${_id}`
      risen += version - (this.#versions.get(key) ?? 0)
      this.#versions.set(key, version)
    }
    return risen
  }

  async #projected(topic: Topic, records: readonly LogRecord[]): Promise<Map<string, number>> {
    const { store } = this.#stepper
    const seen = new Map<string, number>()
    const count = (outcome: string) => seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    const values = (
      await this.#codec.decode(
        topic,
        records.flatMap(({ value }) => value ?? []),
      )
    ).flatMap(decoded => (decoded.kind === 'value' ? [decoded.value as Record<string, unknown>] : []))
    const ids = (name: string) => [...new Set(values.map(value => String(value[name])))]
    const rows = topic === topics.status ? await store.get('inbox', ids('referralId')) : new Map()
    const told = topic === topics.notices ? await store.get('notices', ids('rfiId')) : new Map()
    const needs = topic === topics.notices ? await store.get('needs', ids('rfiId')) : new Map()
    for (const { type, referralId, rfiId, version, test } of values) {
      if (type === 'referral.command-rejected') count('ignored: a rejection stands outside')
      else if (topic === topics.notices) {
        const isTold = told
          .get(String(rfiId))
          ?.notices.some(
            (one: Record<string, unknown>) =>
              one.type === type && (one.referralId ?? null) === (referralId ?? null),
          )
        const isNeed = type === 'rfi.unroutable' && test !== true
        if (isTold && (!isNeed || needs.has(String(rfiId)))) count(isNeed ? 'applied: a need' : 'applied')
      } else {
        const row = rows.get(String(referralId))
        const waits = row?.waiting.some((event: { version: number }) => event.version === version)
        if (row !== undefined && (row.version >= Number(version) || waits)) count('applied')
      }
    }
    return seen
  }

  /** The new dead letters by the place of their record; each must be in the store too, the same. */
  async #letters(): Promise<Map<string, string>> {
    const letters = new Map<string, string>()
    for (let partition = 0; partition < this.#partitions; partition += 1) {
      for (const { value } of this.#fresh(topics.deadLetters, partition)) {
        const letter = JSON.parse(fates.decode(value ?? undefined))
        const id = `${letter.topic}/${letter.partition}@${letter.offset}`
        if (letters.has(id)) this.#problem(1, `two dead letters of ${id}`)
        letters.set(id, letter.code)
      }
    }
    const ids = [...letters.keys()]
    for (let at = 0; at < ids.length; at += 500) {
      const part = ids.slice(at, at + 500)
      const stored = await this.#stepper.store.get('dead', part)
      for (const id of part)
        if (stored.get(id)?.code !== letters.get(id))
          this.#problem(1, `${id} is not in the store as it was sent`)
    }
    return letters
  }

  #answers(): Map<string, Answer> {
    const answers = new Map<string, Answer>()
    for (const topic of [topics.status, topics.decisions] as const) {
      for (let partition = 0; partition < this.#partitions; partition += 1) {
        for (const { headers, value } of this.#fresh(topic, partition, 'answers')) {
          const { lane, seq, ce_id: id } = headers
          // What was sent here by others may claim to be an answer.
          if (lane === undefined || seq === undefined || id !== `${lane}@${seq}`) continue
          const key = `${lane}@${seq.slice(0, seq.indexOf('.'))}`
          const answer = answers.get(key) ?? { event: false, rejection: null, decided: null }
          answers.set(key, answer)
          if (topic === topics.decisions)
            answer.decided ??= decidedOf(JSON.parse(fates.decode(value ?? undefined)))
          else if (headers.ce_type === 'referral.command-rejected')
            answer.rejection = JSON.parse(fates.decode(value ?? undefined)).code
          else answer.event = true
        }
      }
    }
    return answers
  }

  #fresh(topic: Topic, partition: number, reader = ''): LogRecord[] {
    const key = `${topic}/${partition} ${reader}`
    const fresh: LogRecord[] = []
    for (;;) {
      const records = this.#stepper.read(topic, partition, this.#offsets.get(key) ?? 0)
      const last = records.at(-1)
      if (last === undefined) return fresh
      this.#offsets.set(key, last.offset + 1)
      for (const record of records) fresh.push(record)
    }
  }

  #count(topic: string, outcome: string, by = 1): void {
    this.#tally.count(topic, outcome, by)
  }

  #problem(records: number, what: string): void {
    this.#tally.problem(records, what)
  }
}

function decidedOf({ chosen }: { readonly chosen: readonly unknown[] }): string {
  return chosen.length === 0 ? 'unroutable' : 'routed'
}

import { mostContacts } from '../domain/commands.ts'
import { type ReferralEvent, statusRecordSchema } from '../domain/events.ts'
import type { PartnerId } from '../domain/ids.ts'
import { type Notice, noticeSchema, type Unroutable } from '../domain/notices.ts'
import { describe, type Fault, type Parsed, parseShape } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import { type Evidence, type Fact, factOf, fold, noEvidence } from '../ranking/evidence.ts'
import { foldPopulation, noPopulation } from '../ranking/population.ts'
import { visibilityOf } from '../ranking/visibility.ts'
import { deadLetter } from './dead-letter.ts'
import type { InboxDocument, PopulationCell } from './documents/read-models.ts'
import { EffectsBuilder } from './effects.ts'
import { favoriteWrites, type Turn, takeTurns } from './folds/inbox.ts'
import { foldInterests, type Lesson } from './folds/interests.ts'
import { foldNeeds } from './folds/needs.ts'
import { foldNotices } from './folds/notices.ts'
import { foldSums } from './folds/sums.ts'
import { type Emission, type Input, type Role, type RoleContext, tombstoneFault } from './role.ts'
import type { Tables } from './tables.ts'
import { type Topic, topics } from './topics.ts'

export type ProjectorInput =
  | { readonly kind: 'event'; readonly event: ReferralEvent }
  | { readonly kind: 'unroutable'; readonly notice: Unroutable }
  | { readonly kind: 'notice'; readonly notice: Exclude<Notice, Unroutable> }
  /** Stands outside every referral's sequence. */
  | { readonly kind: 'skipped' }

export interface ProjectorOptions {
  readonly tables: Pick<Tables, 'population' | 'release'>
  readonly ready: () => Promise<void>
}

/** Events in; inbox rows, evidence, sums and visibility out. Everything here can be dropped and folded again. */
export function projector(options: ProjectorOptions): Role<ProjectorInput> {
  return {
    name: 'projector',
    topics: [topics.status, topics.notices],
    ready: options.ready,
    parse,
    async process(inputs, context) {
      const effects = new EffectsBuilder()
      await foldTold(inputs, effects, context)
      const events = inputs.flatMap(({ value, origin }) =>
        value.kind === 'event' ? [{ event: value.event, origin }] : [],
      )
      if (events.length === 0) return effects.build()

      const touched = new Set(events.map(({ event }) => event.referralId))
      const stored: ReadonlyMap<string, InboxDocument> = await context.read.get('inbox', [...touched])
      const rows = new Map(stored)
      const turns: CausedTurn[] = []
      for (const { event, origin } of events) {
        const { offset: cause, timestamp: at } = origin
        const before = rows.get(event.referralId)
        const taken = takeTurns(before, event)
        const fault = overfull(taken.row, event)
        if (fault !== null) {
          const letter = deadLetter('projector', origin, fault)
          effects.emit(letter.emission)
          effects.write(letter.write)
          continue
        }
        if (taken.row === before) effects.count('ignored-repeats')
        else rows.set(event.referralId, taken.row)
        for (const turn of taken.turns) turns.push({ ...turn, cause, at })
      }
      // This lane alone writes them. Most rows are new, and an insert costs a database less than a write over.
      for (const [id, document] of rows)
        effects.write({ kind: stored.has(id) ? 'put' : 'insert', collection: 'inbox', document })
      effects.write(...favoriteWrites(turns))
      await foldTurns(turns, effects, context, options)
      return effects.build()
    },
  }
}

type CausedTurn = Turn & { readonly cause: number; readonly at: number }

function parse(topic: Topic, value: unknown): Parsed<ProjectorInput> {
  if (value === null) return { ok: false, fault: tombstoneFault }
  if (topic === topics.notices) {
    const notice = parseShape(noticeSchema, value)
    if (!notice.ok) return notice
    return {
      ok: true,
      value:
        notice.value.type === 'rfi.unroutable'
          ? { kind: 'unroutable', notice: notice.value }
          : { kind: 'notice', notice: notice.value },
    }
  }
  const record = parseShape(statusRecordSchema, value)
  if (!record.ok) return record
  const event = record.value
  if (event.type === 'referral.command-rejected') return { ok: true, value: { kind: 'skipped' } }
  const isFirst = event.version === 1
  if (isFirst !== (event.type === 'referral.routed')) return { ok: false, fault: outOfPlace(event) }
  return { ok: true, value: { kind: 'event', event } }
}

/** A life that begins with anything but the routing can't be folded, nor one that is routed twice. */
function outOfPlace({ type, version }: ReferralEvent): Fault {
  const expected = type === 'referral.routed' ? '1, as it comes first' : 'above 1, which is referral.routed'
  return { code: 'invalid', field: 'version', found: describe(version), expected }
}

/** A row holds what waits and is written whole with each event: no referral's two writers are so far apart. */
const mostWaiting = 100
/** Characters as JSON: far below what a database takes in one document. */
const mostWaitingText = 4 * 1024 * 1024
/** Commands bring no more than `mostContacts`; whoever forges events could bring any number. */
const mostContactsOfRow = 2 * mostContacts

/** What an event that would make its row too large is refused with; null for all others. */
function overfull(row: InboxDocument, event: ReferralEvent): Fault | null {
  const { waiting, referral } = row
  if (waiting.length > mostWaiting) return tooEarly(row, event)
  if (waiting.length > 10 && JSON.stringify(waiting).length > mostWaitingText) return tooEarly(row, event)
  const contacts = referral?.contacts.length ?? 0
  if (contacts <= mostContactsOfRow) return null
  const expected = `at most ${mostContactsOfRow} contacts of one referral`
  return { code: 'invalid', field: 'contact', found: `${contacts} with this one`, expected }
}

function tooEarly({ version, waiting }: InboxDocument, event: ReferralEvent): Fault {
  const expected = `${version + 1}, which ${waiting.length - 1} events wait for`
  return { code: 'invalid', field: 'version', found: describe(event.version), expected }
}

/** What customers were told, and what nobody could serve. */
async function foldTold(
  inputs: readonly Input<ProjectorInput>[],
  effects: EffectsBuilder,
  { lane, read }: RoleContext,
): Promise<void> {
  const notices = inputs.flatMap(({ value }) =>
    value.kind === 'unroutable' || value.kind === 'notice' ? [value.notice] : [],
  )
  await foldNotices(notices, { effects, read })
  const unroutable = notices.filter(notice => notice.type === 'rfi.unroutable')
  await foldNeeds(unroutable, { effects, read, lane: withoutEpoch(lane) })
}

/** A resumed lane goes on with its cells. */
function withoutEpoch(lane: string): string {
  return lane.replace(/~\d+$/, '')
}

/** Evidence and all sums: one query per collection for the whole batch. */
async function foldTurns(
  turns: readonly CausedTurn[],
  effects: EffectsBuilder,
  { lane, now, read }: RoleContext,
  { tables }: ProjectorOptions,
): Promise<void> {
  const ofCells = withoutEpoch(lane)
  const facts = turns.map(turn => ({ turn, fact: factIn(turn) }))
  const partnerIds = new Set(facts.flatMap(({ fact, turn }) => (fact === null ? [] : [turn.event.partnerId])))
  const partners = new Map<PartnerId, Evidence>()
  for (const [id, { evidence }] of await read.get('partners', [...partnerIds]))
    partners.set(id as PartnerId, evidence)
  const populationId = `population/${ofCells}`
  const stored = await foldSums(turns, { effects, read, lane: ofCells, besides: [populationId] })
  const before = stored.get(populationId)
  let population = before?.kind === 'population' ? before.population : noPopulation

  const lastCause = new Map<PartnerId, number>()
  const lessons: Lesson[] = []
  for (const { turn, fact } of facts) {
    if (fact === null) continue
    const { partnerId } = turn.event
    const known = partners.get(partnerId) ?? noEvidence(partnerId)
    const evidence = fold(known, fact)
    partners.set(partnerId, evidence)
    population = foldPopulation(population, fact, known)
    const { routed } = turn.after
    if (routed !== null) lessons.push({ fact, routed, cause: turn.cause })
    lastCause.set(partnerId, turn.cause)
    effects.emit(visibilityChanged(evidence, turn.cause, Math.max(now, turn.at), tables))
  }
  await foldInterests(lessons, { effects, read, lane })
  for (const [partnerId, offset] of lastCause) {
    const evidence = partners.get(partnerId)
    if (evidence === undefined) continue
    effects.write({
      kind: 'put',
      collection: 'partners',
      document: { _id: partnerId, evidence, changed: { lane, offset } },
    })
  }
  const offset = Math.max(...lastCause.values())
  if (lastCause.size === 0) return
  const document: PopulationCell = {
    _id: populationId,
    kind: 'population',
    population,
    changed: { lane, offset },
  }
  effects.write({ kind: 'put', collection: 'cells', document })
}

/** What an event says about its partner; null for what is no evidence. */
function factIn({ event, before, after }: Turn): Fact | null {
  const { routed } = after
  if (routed === null) return null
  const { occurredAt: routedAt, expiresAt, notifiable, test } = routed
  return factOf(event, {
    routedAt,
    expiresAt,
    notifiable,
    test,
    engagement: before.referral?.engagement ?? null,
  })
}

/** @param at - ms since 1970 */
export function visibilityChanged(
  evidence: Evidence,
  cause: number,
  at: number,
  { population, release }: ProjectorOptions['tables'],
): Emission {
  const { partnerId } = evidence
  const occurredAt = toTimestamp(at)
  const { visibility, parts, weightsId, asOf } = visibilityOf(evidence, population, release, at)
  const value = {
    type: 'visibility.changed',
    occurredAt,
    partnerId,
    version: evidence.version,
    asOf: toTimestamp(asOf),
    weightsId,
    visibility,
    parts,
    evidence,
  }
  return {
    cause,
    topic: topics.visibility,
    key: partnerId,
    type: 'visibility.changed',
    time: occurredAt,
    value,
  }
}

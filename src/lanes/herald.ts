import type { PartnerId } from '../domain/ids.ts'
import type { Log } from '../ports/log.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { Time } from '../ports/time.ts'
import { defaultRelease } from '../ranking/release.ts'
import type { Collections } from '../roles/collections.ts'
import type { ToldDocument } from '../roles/documents/operations.ts'
import { visibilityChanged } from '../roles/projector.ts'
import { ownerOf } from '../roles/rebuild/projections.ts'
import { releaseHash } from '../roles/release-hash.ts'
import type { Tables } from '../roles/tables.ts'
import { topics } from '../roles/topics.ts'
import type { Lane } from './lane.ts'
import { laneOf } from './lane-name.ts'
import { Interrupted, persist } from './retry.ts'

export interface HeraldOptions {
  /** The projector's, those that run here. */
  readonly lanes: () => readonly Pick<Lane<never>, 'lane' | 'state' | 'aside'>[]
  readonly tables: Pick<Tables, 'population' | 'release' | 'releaseHash'>
  readonly store: Pick<Store<Collections>, 'get' | 'find' | 'commit'>
  readonly log: Pick<Log, 'partitions'>
  readonly time: Time
  /** What visibility is reckoned as of, ms since 1970; `time` unless everything shall happen at its record's time. */
  readonly now?: (() => number) | undefined
  readonly logger: Logger
  /** ms it has to be due here before it is told: by then the tables of all workers have what it is made of. */
  readonly settling?: number | undefined
  /** Resolves once the tables are read. */
  readonly ready: () => Promise<void>
}

type HeraldLane = ReturnType<HeraldOptions['lanes']>[number]

/** Until a row says otherwise: nothing but the release shipped was ever in force. */
const fromTheStart: Omit<ToldDocument, '_id'> = {
  releaseHash: releaseHash(defaultRelease),
  resumed: 0,
  rebuilt: 0,
}

/** Partners read at once, and told of at once. */
const page = 500
const toldAtOnce = 200

/**
 * Visibility is sent when a partner's evidence changes. What changes it for all without a word of theirs is told by the
 * herald: another live release; a lane that was resumed, whose readers may know more than the store does (restored from a
 * backup) and go by its epoch; evidence that a rebuild put right. Each lane's own worker says it, between two batches
 * (`Lane.aside`), so that no visibility ever comes after a newer one. A worker that merely takes a lane over has nothing to
 * tell: what the one before owed is in the journal.
 *
 * Ended on the way it begins again: a reader meets the same visibility twice, under a later epoch.
 */
export class Herald {
  readonly #options: HeraldOptions & { readonly settling: number }
  /** By lane: what is due, and since when it was here, ms since 1970. */
  readonly #due = new Map<string, { readonly what: string; readonly since: number }>()

  constructor(options: HeraldOptions) {
    this.#options = { ...options, settling: options.settling ?? 5000 }
  }

  async run(options: { readonly interval: number; readonly signal: AbortSignal }): Promise<void> {
    const { time, logger } = this.#options
    const { signal, interval } = options
    try {
      await this.#options.ready()
      while (!signal.aborted) {
        await persist(() => this.look(signal), { time, logger, what: 'visibility for all', signal })
        await time.sleep(interval, signal)
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  }

  /** Tells what is due on the lanes that run. Returns how many partners were told of. */
  async look(signal: AbortSignal): Promise<number> {
    const { tables, logger } = this.#options
    const { releaseHash } = tables
    const lanes = await this.#settled(releaseHash)
    if (lanes.length === 0) return 0
    const telling = new Telling(
      lanes.map(({ lane }) => lane),
      this.#options,
      signal,
    )
    const partners = await telling.run()
    const rows = lanes.flatMap(({ lane: { lane }, resumed, rebuilt }) =>
      telling.isThrough(lane) ? [{ _id: lane, releaseHash, resumed, rebuilt }] : [],
    )
    if (rows.length === 0) return partners
    await this.#note(rows)
    const told = { lanes: rows.length, partners, weightsId: tables.release.weightsId }
    logger.info(told, 'visibility-sent-for-all')
    return partners
  }

  async #note(rows: readonly ToldDocument[]): Promise<void> {
    const writes = rows.map(document => ({ kind: 'put', collection: 'told', document }) as const)
    if (writes.length > 0) await this.#options.store.commit({ move: null, writes, journal: null })
  }

  /** Lanes on which something has been due for long enough, with what will have been told then. */
  async #settled(hash: string): Promise<DueLane[]> {
    const { store, time, settling } = this.#options
    const running = this.#options
      .lanes()
      .filter(({ lane, state }) => state === 'running' && lane.startsWith(ofStatus))
    if (running.length === 0) return []
    const names = running.map(({ lane }) => lane)
    const [rows, resumptions, rebuilds] = await Promise.all([
      store.get('told', names),
      store.get('resumptions', names),
      store.get('rebuilt', names),
    ])
    const met: ToldDocument[] = []
    const settled = running.flatMap(lane => {
      const told = rows.get(lane.lane) ?? { _id: lane.lane, ...fromTheStart }
      const resumed = resumptions.get(lane.lane)?.epoch ?? 0
      const rebuilt = rebuilds.get(lane.lane)?.epoch ?? 0
      if (told.releaseHash === hash && told.resumed === resumed && told.rebuilt === rebuilt) {
        this.#due.delete(lane.lane)
        return []
      }
      // Some may have been told of it by the time that it is taken back.
      if (told.releaseHash !== null) met.push({ ...told, releaseHash: null })
      const what = `${hash} ${resumed} ${rebuilt}`
      const before = this.#due.get(lane.lane)
      const due = before?.what === what ? before : { what, since: time.now() }
      this.#due.set(lane.lane, due)
      return time.now() - due.since < settling ? [] : [{ lane, resumed, rebuilt }]
    })
    await this.#note(met)
    return settled
  }
}

interface DueLane extends Pick<ToldDocument, 'resumed' | 'rebuilt'> {
  readonly lane: HeraldLane
}

const ofStatus = laneOf('projector', { topic: topics.status, partition: 0 }).slice(0, -1)

/** One pass over all partners, for some lanes. */
class Telling {
  readonly #options: HeraldOptions
  readonly #signal: AbortSignal
  /** Those to be told of next, by lane. */
  readonly #waiting: Map<string, string[]>
  readonly #lanes: ReadonlyMap<string, HeraldLane>
  #partners = 0

  constructor(lanes: readonly HeraldLane[], options: HeraldOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    this.#lanes = new Map(lanes.map(lane => [lane.lane, lane]))
    this.#waiting = new Map(lanes.map(({ lane }) => [lane, []]))
  }

  /** Whether all of the lane's partners were told of. */
  isThrough(lane: string): boolean {
    return this.#waiting.get(lane)?.length === 0
  }

  async run(): Promise<number> {
    const { store, log } = this.#options
    const partitions = { [topics.status]: await log.partitions(topics.status) }
    for (let last: string | null = ''; last !== null; ) {
      const some: readonly { readonly _id: string }[] = await store.find('partners', {
        where: { _id: { gt: last } },
        sort: [['_id', 1]],
        limit: page,
      })
      for (const { _id } of some) {
        const place = ownerOf('partners', _id, partitions)
        if (place !== null) this.#waiting.get(laneOf('projector', place))?.push(_id)
      }
      for (const [lane, ids] of this.#waiting) if (ids.length >= toldAtOnce) await this.#tell(lane, ids)
      const isLast = some.length < page || this.#waiting.size === 0 || this.#signal.aborted
      last = isLast ? null : (some.at(-1)?._id ?? null)
    }
    for (const [lane, ids] of this.#waiting) await this.#tell(lane, ids)
    return this.#partners
  }

  async #tell(lane: string, ids: string[]): Promise<void> {
    let most = toldAtOnce
    while (ids.length > 0) {
      const some = ids.slice(0, most)
      const outcome = await this.#lanes
        .get(lane)
        ?.aside((cause, at) => this.#visibilities(some, cause, at), this.#signal)
      if (outcome === 'said') {
        ids.splice(0, some.length)
        this.#partners += some.length
      } else if (outcome === 'too-much') most = Math.ceil(some.length / 2)
      else {
        // Another worker's, which looks for itself, or this one's later: from the first partner.
        this.#waiting.delete(lane)
        return
      }
    }
  }

  async #visibilities(ids: readonly string[], cause: number, at: number) {
    const { store, tables, time } = this.#options
    const now = Math.max((this.#options.now ?? time.now)(), at)
    // All goes by the records' time, and none was read yet.
    if (now === 0) return null
    const documents = await store.get('partners', ids)
    return ids.flatMap(id => {
      const evidence = documents.get(id as PartnerId)?.evidence
      return evidence === undefined ? [] : [visibilityChanged(evidence, cause, now, tables)]
    })
  }
}

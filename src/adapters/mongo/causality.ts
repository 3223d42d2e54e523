import { type ClientSession, type MongoClient, ReadConcern, type Timestamp } from 'mongodb'
import { majority } from './client.ts'

/** Options of one call that reads. */
export interface Own {
  readonly session: ClientSession
  /** Not the one of the client: the driver writes the time of whoever reads into it, and all who share it send that. */
  readonly readConcern: ReadConcern
}

/** Runs a call that reads with options lent to it; turns what the driver throws into what the port may. */
export type Reading = <T>(what: string, work: (own: Own) => Promise<T>) => Promise<T>

/**
 * What is read is never older than what this process has read or written before, whichever server answers. By itself a
 * primary that was just elected, or another shard, may for a moment tell what a majority had before: a lane would fold
 * into a document as it was before its last commit, and a follower move past a change it hasn't seen.
 *
 * Each call has a session of its own, as they run beside each other; the latest time is handed from one to the next.
 */
export class Causality {
  readonly #client: Pick<MongoClient, 'startSession'>
  #latest: Timestamp | null = null

  constructor(client: Pick<MongoClient, 'startSession'>) {
    this.#client = client
  }

  async within<T>(work: (own: Own) => Promise<T>): Promise<T> {
    const session = this.#client.startSession({ causalConsistency: true })
    if (this.#latest !== null) session.advanceOperationTime(this.#latest)
    try {
      return await work({ session, readConcern: new ReadConcern(majority.level) })
    } finally {
      this.note(session)
      void session.endSession().catch(() => undefined)
    }
  }

  /** Nothing that is read from now on is older than what this session has met. */
  note({ operationTime }: Pick<ClientSession, 'operationTime'>): void {
    if (operationTime === undefined) return
    if (this.#latest === null || operationTime.greaterThan(this.#latest)) this.#latest = operationTime
  }
}

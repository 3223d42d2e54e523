import { placeOf } from './pieces.ts'

/** Runs what concerns a partition one after another, whatever goes wrong in it. */
export class PartitionTurns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<T>(
    partition: { readonly topic: string; readonly partition: number },
    work: () => Promise<T>,
  ): Promise<T> {
    const place = placeOf(partition)
    const before = this.#last.get(place) ?? Promise.resolve()
    const turn = before.then(work, work)
    const settled = turn.catch(() => undefined)
    this.#last.set(place, settled)
    void settled.then(() => {
      if (this.#last.get(place) === settled) this.#last.delete(place)
    })
    return turn
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values())
  }
}

import type { Write } from '../ports/store.ts'
import type { Collections } from './collections.ts'
import type { Effects, Emission } from './role.ts'

/** Gathers what a batch comes to. */
export class EffectsBuilder {
  readonly #first: Write<Collections>[] = []
  readonly #writes: Write<Collections>[] = []
  readonly #emissions: Emission[] = []
  readonly #counts: Record<string, number> = {}

  write(...writes: readonly Write<Collections>[]): void {
    for (const write of writes) this.#writes.push(write)
  }

  /** What other lanes write too comes first: if they meet, no work on the rest was in vain. */
  writeFirst(...writes: readonly Write<Collections>[]): void {
    for (const write of writes) this.#first.push(write)
  }

  emit(...emissions: readonly Emission[]): void {
    for (const emission of emissions) this.#emissions.push(emission)
  }

  count(name: string): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1
  }

  build(): Effects {
    return { writes: [...this.#first, ...this.#writes], emissions: this.#emissions, counts: this.#counts }
  }
}

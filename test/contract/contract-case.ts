import { expect } from 'vitest'

/** One thing every adapter must do. `run` rejects when it doesn't. */
export interface ContractCase<Factory> {
  readonly name: string
  run(factory: Factory): Promise<void>
}

/** A case waited in vain. */
export class WaitedInVain extends Error {
  override readonly name = 'WaitedInVain'
}

/** Resolves once `holds`, or rejects after `deadline` ms. */
export async function until(what: string, holds: () => boolean, deadline = 20_000): Promise<void> {
  const end = performance.now() + deadline
  while (!holds()) {
    if (performance.now() > end) throw new WaitedInVain(`waited ${deadline} ms for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

/** A case rejects because it noticed something; not because the case, or the sabotage, is broken itself. */
export async function expectNoticed(running: Promise<void>): Promise<void> {
  await expect(running).rejects.toMatchObject({
    name: expect.stringMatching(/^(AssertionError|WaitedInVain)$/),
  })
}

/** One thing every adapter must do. `run` rejects when it doesn't. */
export interface ContractCase<Factory> {
  readonly name: string
  run(factory: Factory): Promise<void>
}

/** Resolves once `holds`, or rejects after `deadline` ms. */
export async function until(what: string, holds: () => boolean, deadline = 20_000): Promise<void> {
  const end = performance.now() + deadline
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${deadline} ms for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

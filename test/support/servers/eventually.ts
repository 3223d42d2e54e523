import { setTimeout } from 'node:timers/promises'

/** ms between two asks. */
const rest = 50

/**
 * By how much deadlines are longer where nobody waits: a machine that is busy with other things is slow, and that says
 * nothing about the worker.
 */
export const patience = process.env.CI === undefined ? 1 : 3

/** Asks until the answer is true. An ask that throws is asked again; its last reason is told when time is up. */
export async function eventually(
  what: string,
  ask: () => Promise<boolean>,
  { within }: { readonly within: number },
): Promise<void> {
  const deadline = performance.now() + patience * within
  let reason: unknown
  for (;;) {
    try {
      if (await ask()) return
      reason = undefined
    } catch (error) {
      reason = error
    }
    if (performance.now() > deadline) break
    await setTimeout(rest)
  }
  const because = reason instanceof Error ? `: ${reason.message}` : ''
  throw new Error(`waited ${(patience * within) / 1000} s in vain: ${what}${because}`, { cause: reason })
}

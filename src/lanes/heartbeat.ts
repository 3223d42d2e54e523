import type { Batch } from '../ports/log.ts'

/** Told apart from what goes wrong in the work itself: it is the consumer's to deal with. */
export class HeartbeatFailed extends Error {}

export async function beat(batch: Batch): Promise<void> {
  try {
    await batch.heartbeat()
  } catch (cause) {
    throw new HeartbeatFailed('heartbeat', { cause })
  }
}

import { setTimeout } from 'node:timers/promises'
import type { Time } from '../ports/time.ts'

export const systemTime: Time = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, signal === undefined ? {} : { signal })
    } catch {
      // Aborted: whoever aborted looks at the signal.
    }
  },
}

/**
 * Everything happens at its record's time: what *we* do happens at max(now, record time), and this now is never later.
 * For runs that must come out the same again, such as a copy of a log read afresh.
 */
export const recordTime: Time = { now: () => 0, sleep: systemTime.sleep }

import { day, hour, minute, type Timestamp, toMillis } from '../../domain/time.ts'
import type { StageTimes } from '../documents/read-models.ts'

/** Upper ends of the bands in which times are counted, ms, themselves included; the last band has none. */
export const bands = [hour, 4 * hour, 24 * hour, 72 * hour, 7 * day, 14 * day, 30 * day, 90 * day] as const

/** Times that nobody could mean must not spoil a mean, nor a sum leave the whole numbers that are exact. */
const longest = 3650 * day

export const noTimes: StageTimes = {
  count: 0,
  minutes: 0,
  bands: Array.from({ length: bands.length + 1 }, () => 0),
}

/** One more: whole minutes, so that a sum is the same in any order. Not below nothing. */
export function addTime(times: StageTimes, from: Timestamp, to: Timestamp): StageTimes {
  const took = Math.min(longest, Math.max(0, toMillis(to) - toMillis(from)))
  const at = bands.findIndex(end => took <= end)
  const band = at === -1 ? bands.length : at
  return {
    count: times.count + 1,
    minutes: times.minutes + Math.floor(took / minute),
    bands: times.bands.map((count, place) => (place === band ? count + 1 : count)),
  }
}

export function addTimes(one: StageTimes, other: StageTimes): StageTimes {
  return {
    count: one.count + other.count,
    minutes: one.minutes + other.minutes,
    bands: one.bands.map((count, at) => count + (other.bands[at] ?? 0)),
  }
}

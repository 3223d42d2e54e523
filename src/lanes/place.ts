import type { Place } from '../ports/log.ts'
import type { Position } from '../ports/store.ts'

/**
 * Whether the log can be the one the position was taken in; null when it can, else one line for the operator. Going on
 * would skip or repeat input, so the lane halts instead, until `lanes resume` says where to go on.
 */
export function mismatch(position: Position | null, place: Place): string | null {
  if (position === null) {
    return place.committed !== null && place.committed > place.start
      ? `the group committed ${place.committed}, and the store has no position: another store, or one restored from a backup?`
      : null
  }
  if (place.start > position.offset) {
    return `${place.start - position.offset} records are gone: the log starts at ${place.start}, the position is ${position.offset}`
  }
  if (place.end < position.offset) {
    return `the log ends at ${place.end}, ${position.offset - place.end} below the position ${position.offset}: topic recreated?`
  }
  if (place.committed !== null && place.committed > position.offset && !wasResumed(position)) {
    return `the group committed ${place.committed}, ${place.committed - position.offset} above the position ${position.offset}: store restored from a backup?`
  }
  if (!place.continues) {
    return `the record before the position ${position.offset} is not the one it was taken after: topic recreated?`
  }
  return null
}

/** Whether the position was taken in a log that is gone: what the log holds now is all new. */
export function isAnotherLog({ offset }: Pick<Position, 'offset'>, { end, continues }: Place): boolean {
  return end < offset || !continues
}

/**
 * `lanes resume` leaves a position without a timestamp. What the group committed before says nothing then; the consumer
 * commits anew where it starts.
 */
function wasResumed({ timestamp, epoch }: Position): boolean {
  return timestamp === null && epoch > 0
}

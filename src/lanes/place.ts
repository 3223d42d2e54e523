import type { Place } from '../ports/log.ts'
import type { Position } from '../ports/store.ts'
import type { ResumptionDocument } from '../roles/documents/operations.ts'

/**
 * Whether the log can be the one the position was taken in; null when it can, else one line for the operator. Going on
 * would skip or repeat input, so the lane halts instead, until `lanes resume` says where to go on.
 */
export function mismatch(
  position: Position | null,
  place: Place,
  resumed: Pick<ResumptionDocument, 'epoch' | 'committed'> | null,
): string | null {
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
  if (
    place.committed !== null &&
    place.committed > position.offset &&
    !isFromBefore(place.committed, position, resumed)
  ) {
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
 * What the group committed before `lanes resume` says nothing after it. The consumer commits anew where it starts, but
 * some time later, and a worker may end before it did: so neither a position that was just resumed (it has no timestamp)
 * nor the very number that stood then is held against the lane.
 */
function isFromBefore(
  committed: number,
  { timestamp, epoch }: Position,
  resumed: Pick<ResumptionDocument, 'epoch' | 'committed'> | null,
): boolean {
  if (timestamp === null && epoch > 0) return true
  return resumed !== null && resumed.epoch <= epoch && resumed.committed === committed
}

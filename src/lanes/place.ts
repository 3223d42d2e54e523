import type { Place } from '../ports/log.ts'
import type { Position } from '../ports/store.ts'

/**
 * Whether the log can be the one the position was taken in; null when it can, else one line for the operator. Going on
 * would skip or repeat input, so the lane halts instead, until `lanes resume` says where to go on.
 */
export function mismatch(position: Position, place: Place): string | null {
  if (place.start > position.offset) {
    return `${place.start - position.offset} records are gone: the log starts at ${place.start}, the position is ${position.offset}`
  }
  if (place.end < position.offset) {
    return `the log ends at ${place.end}, ${position.offset - place.end} below the position ${position.offset}: topic recreated?`
  }
  if (place.committed !== null && place.committed > position.offset) {
    return `the group committed ${place.committed}, ${place.committed - position.offset} above the position ${position.offset}: store restored from a backup?`
  }
  if (!place.continues) {
    return `the record before the position ${position.offset} is not the one it was taken after: topic recreated?`
  }
  return null
}

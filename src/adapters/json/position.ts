/**
 * Where a text stops being JSON, in characters from 0; null where V8 doesn't say. Its message quotes what stands there, and
 * may quote a text that looks like such a message: only what ends it is its own.
 */
export function positionIn(error: unknown): number | null {
  const message = error instanceof Error ? error.message : ''
  const [, position] = / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message) ?? []
  return position === undefined ? null : Number(position)
}

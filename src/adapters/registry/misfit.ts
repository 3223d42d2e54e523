/** Bytes that don't fit their schema, or a value that doesn't fit ours. Tells where, never what was found there. */
export class Misfit extends Error {
  readonly code: 'invalid' | 'malformed-utf8' | 'malformed-json'
  /** From the inside out. */
  readonly path: string[] = []

  constructor(message: string, code: Misfit['code'] = 'invalid') {
    super(message)
    this.name = 'Misfit'
    this.code = code
  }

  /** `need.keywords`; empty for the value as a whole. */
  get field(): string {
    return this.path.toReversed().join('.')
  }
}

/** What a failure says that wasn't foreseen: too deep a nesting comes as a RangeError. */
export function asMisfit(error: unknown): Misfit {
  if (error instanceof Misfit) return error
  if (error instanceof RangeError) return new Misfit('nothing nested so deep')
  return new Misfit(error instanceof Error ? error.message : 'a value that can be read')
}

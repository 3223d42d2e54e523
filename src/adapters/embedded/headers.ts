export type Headers = Readonly<Record<string, string>>

const none: Headers = Object.freeze({})

/** Headers as a column: JSON, or nothing when there are none. */
export function encodeHeaders(headers: Headers): string | null {
  for (const _name in headers) return JSON.stringify(headers)
  return null
}

export function decodeHeaders(column: string | null): Headers {
  return column === null ? none : (JSON.parse(column) as Headers)
}

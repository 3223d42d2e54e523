/** Names under which people's data may stand in anything that is logged, lower case. */
const personal = new Set([
  'contact',
  'contacts',
  'inviter',
  'inviteremail',
  'email',
  'phone',
  'firstname',
  'lastname',
  'postalcode',
  'team',
  'customer',
  'customersecret',
])
export const redacted = '[redacted]'
const deepest = 8
const address = /[^\s@"'<>,;:()]+@[^\s@"'<>,;:()]+/g

/**
 * What is logged, without people's data: fields of those names whatever is in them, and e-mail addresses wherever they
 * stand in a text. By name at any depth, so that no list of paths has to keep up with the shapes.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.includes('@') ? value.replace(address, redacted) : value
  if (value === null || typeof value !== 'object') return value
  if (depth >= deepest) return redacted
  if (value instanceof Error) return redactError(value, depth)
  if (Array.isArray(value)) return value.map(item => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      personal.has(name.toLowerCase()) && member !== null && member !== undefined
        ? redacted
        : redact(member, depth + 1),
    ]),
  )
}

function redactError(error: Error, depth: number): object {
  return {
    type: error.name,
    message: redact(error.message),
    stack: redact(error.stack ?? ''),
    ...('code' in error ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  }
}

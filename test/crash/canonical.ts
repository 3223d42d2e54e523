/** The same text for the same value, whatever the order of its fields. */
export function canonical(value: unknown): string {
  return JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

/** Where two values first differ, and how: `engagement.value: null ≠ {"amount":"5"}`. */
export function firstDifference(one: unknown, other: unknown, path = ''): string | null {
  // Mostly the order is the same, and sorting takes longer than writing.
  if (JSON.stringify(one) === JSON.stringify(other) || canonical(one) === canonical(other)) return null
  if (isObject(one) && isObject(other))
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const inside = firstDifference(one[name], other[name], path === '' ? name : `${path}.${name}`)
      if (inside !== null) return inside
    }
  return `${path}: ${short(one)} ≠ ${short(other)}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object'
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : canonical(value)
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`
}

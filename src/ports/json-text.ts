/**
 * JSON of a value that is written twice, as a record and as a document under an id: made once. What is sent or stored is
 * never changed afterwards. Null until somebody has asked.
 */
const texts = new WeakMap<object, string | null>()

/** Documents that are another value under an id. */
const values = new WeakMap<object, object>()

/** `{ _id, ...value }`, whose JSON shares that of `value`. */
export function underId<T extends object>(_id: string, value: T): { readonly _id: string } & T {
  const document = { _id, ...value }
  texts.set(value, null)
  values.set(document, value)
  return document
}

/** As `JSON.stringify`. */
export function jsonOf(value: object): string {
  const known = texts.get(value)
  if (known === undefined) return JSON.stringify(value)
  if (known !== null) return known
  const text = JSON.stringify(value)
  texts.set(value, text)
  return text
}

/** As `JSON.stringify`. */
export function jsonOfDocument(document: { readonly _id: string }): string {
  const value = values.get(document)
  if (value === undefined) return JSON.stringify(document)
  const text = jsonOf(value)
  return `{"_id":${JSON.stringify(document._id)}${text === '{}' ? '}' : `,${text.slice(1)}`}`
}

import avro from 'avsc'

export interface Registered {
  readonly id: number
  readonly type: avro.Type
}

/** Moments as text on this side, ms since 1970 on the wire. */
class Moments extends avro.types.LogicalType {
  protected override _fromValue(value: number): string {
    return new Date(value).toISOString()
  }

  protected override _toValue(value: string): number {
    return Date.parse(value)
  }

  protected override _resolve(): undefined {
    return undefined
  }
}

const typeOf = (schema: avro.Schema): avro.Type =>
  avro.Type.forSchema(schema, { logicalTypes: { 'timestamp-millis': Moments } })

const headerLength = 5

/** A registry and avsc, as somebody would join them who reads and writes the Confluent wire format without our code. */
export function confluentAvro(url: string) {
  const known = new Map<number, avro.Type>()
  const ask = async (path: string, init: RequestInit = {}): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const response = await fetch(`${url}${path}`, { ...init, headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  const withId = (id: number, bytes: Uint8Array): Buffer => {
    const header = Buffer.alloc(headerLength)
    header.writeInt32BE(id, 1)
    return Buffer.concat([header, bytes])
  }
  return {
    withId,
    /** The id under which the schema then is. */
    async register(subject: string, schema: unknown, schemaType = 'AVRO'): Promise<number> {
      const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
      const body = JSON.stringify({ schema: text, ...(schemaType === 'AVRO' ? {} : { schemaType }) })
      const { id } = await ask(`/subjects/${subject}/versions`, { method: 'POST', body })
      return Number(id)
    },
    async setCompatibility(subject: string, compatibility: string): Promise<void> {
      await ask(`/config/${subject}`, { method: 'PUT', body: JSON.stringify({ compatibility }) })
    },
    async latest(subject: string): Promise<{ id: number; version: number; schema: string }> {
      const { id, version, schema } = await ask(`/subjects/${subject}/versions/latest`)
      return { id: Number(id), version: Number(version), schema: String(schema) }
    },
    /** The value by the schema, which fills in its defaults for what is absent. */
    encode(id: number, schema: unknown, value: unknown): Buffer {
      const type = typeOf(schema as avro.Schema)
      return withId(id, type.toBuffer(filled(schema, value)))
    },
    async decode(bytes: Buffer | null): Promise<unknown> {
      if (bytes?.[0] !== 0) throw new Error('no Avro in the Confluent wire format')
      const id = bytes.readInt32BE(1)
      const type = known.get(id) ?? typeOf(JSON.parse(String((await ask(`/schemas/ids/${id}`)).schema)))
      known.set(id, type)
      return type.fromBuffer(bytes.subarray(headerLength))
    },
  }
}

/** avsc takes a default only where a member is undefined, not in what stands within a union. */
function filled(schema: unknown, value: unknown): unknown {
  if (Array.isArray(schema)) return value === null || value === undefined ? null : filled(schema[1], value)
  const { type, fields, items } = schema as { type?: unknown; fields?: Field[]; items?: unknown }
  if (type === 'array') return (value as unknown[]).map(each => filled(items, each))
  if (fields === undefined) return typeof type === 'object' ? filled(type, value) : value
  const given = value as Record<string, unknown>
  return Object.fromEntries(
    fields.map(field => [field.name, filled(field.type, given[field.name] ?? field.default)]),
  )
}

interface Field {
  readonly name: string
  readonly type: unknown
  readonly default?: unknown
}

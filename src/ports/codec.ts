/** Bytes ↔ values. JSON without a registry, Avro and others by schema id with one. */
export type Decoded =
  | { readonly kind: 'value'; readonly value: unknown }
  /** These bytes will never be read: a dead letter. */
  | { readonly kind: 'poison'; readonly code: string; readonly found: string; readonly expected: string }

export interface Codec {
  /** One answer per value, in order. Rejects only with a retryable or `configuration` `PortError`. */
  decode(topic: string, values: readonly Uint8Array[]): Promise<readonly Decoded[]>
  encode(topic: string, values: readonly unknown[]): Promise<readonly Uint8Array[]>
  /** What goes into the `content-type` header. */
  readonly contentType: string
}

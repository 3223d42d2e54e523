import { misconfigured } from '../../ports/errors.ts'
import type { Topic } from '../../roles/topics.ts'
import { avroSchemaOf, avroTextOf } from './avro-schema.ts'
import { avroWriter } from './avro-writer.ts'
import type { RegistryClient } from './client.ts'
import { findOurs } from './registration.ts'
import { subjectOf } from './subjects.ts'

export interface TopicWriter {
  /** The zero byte and the schema's id. */
  readonly header: Uint8Array
  readonly write: (value: unknown, prefix: Uint8Array) => Uint8Array
}

/** One per topic, found in the registry at first use and kept for ever: a registry lost later is not missed. */
export class Writers {
  readonly #client: RegistryClient
  readonly #topicPrefix: string
  readonly #writers = new Map<Topic, Promise<TopicWriter>>()

  constructor(client: RegistryClient, topicPrefix: string) {
    this.#client = client
    this.#topicPrefix = topicPrefix
  }

  writer(topic: Topic): Promise<TopicWriter> {
    const known = this.#writers.get(topic)
    if (known !== undefined) return known
    const made = this.#make(topic)
    this.#writers.set(topic, made)
    // Only what was found is kept.
    made.catch(() => this.#writers.delete(topic))
    return made
  }

  async #make(topic: Topic): Promise<TopicWriter> {
    const subject = subjectOf(this.#topicPrefix, topic)
    const found = await findOurs(this.#client, subject, avroTextOf(topic))
    if (found === null)
      throw misconfigured(
        `${subject} doesn't have the schema that ${topic} is written by; run "schemas register", then start again`,
      )
    const header = Buffer.alloc(5)
    header.writeInt32BE(found.id, 1)
    return { header, write: avroWriter(avroSchemaOf(topic)) }
  }
}

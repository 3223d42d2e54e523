import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEmbedded } from '../../src/adapters/embedded/folder.ts'
import { jsonCodec } from '../../src/adapters/json/json-codec.ts'
import { avroTextOf } from '../../src/adapters/registry/avro-schema.ts'
import { registryCodec } from '../../src/adapters/registry/codec.ts'
import { SimulatedTime, Simulation } from '../../src/lanes/simulation.ts'
import type { Codec } from '../../src/ports/codec.ts'
import { silent } from '../../src/ports/logger.ts'
import { collections } from '../../src/roles/collections.ts'
import { topicShapes } from '../../src/roles/topic-shapes.ts'
import { topicNames } from '../../src/roles/topics.ts'
import { type FakeRegistry, fakeRegistry } from '../support/registry/fake-registry.ts'
import { sampleHistory, temporaryFolder } from '../support/simulated.ts'

let registry: FakeRegistry
beforeAll(async () => {
  registry = await fakeRegistry()
  for (const topic of topicNames) registry.add(`${topic}-value`, { schema: avroTextOf(topic) })
})
afterAll(() => registry.close())

/** Everything a history leads to, by topic, as a reader of it would have it. */
async function outcomeWith(codec: Codec): Promise<Record<string, unknown[]>> {
  const folder = temporaryFolder()
  const time = new SimulatedTime()
  const options = { catalogue: collections, topics: topicNames, time, synchronous: 'off' } as const
  const { log, store, close } = await openEmbedded(folder.path, options)
  try {
    const simulation = new Simulation({ log, store, time, codec, logger: silent, holder: 'test' })
    await simulation.run(sampleHistory().slice(0, 800), { settle: true })
    const outcome: Record<string, unknown[]> = {}
    for (const topic of topicNames) {
      const values: Uint8Array[] = []
      for (let partition = 0; partition < (await log.partitions(topic)); partition += 1)
        for (const { value } of log.read({ topic, partition }, 0, 1_000_000))
          if (value !== null) values.push(value)
      outcome[topic] = (await codec.decode(topic, values)).map(decoded =>
        topicShapes[topic].schema.parse(decoded.kind === 'value' ? decoded.value : decoded),
      )
    }
    return outcome
  } finally {
    await close()
    folder.remove()
  }
}

test('a history comes to the same in Avro as in JSON', async () => {
  const codec = registryCodec({ url: registry.url })
  const [avro, json] = [await outcomeWith(codec), await outcomeWith(jsonCodec)]
  for (const topic of topicNames) expect([topic, avro[topic]]).toEqual([topic, json[topic]])
  expect(json['referral-status']?.length).toBeGreaterThan(100)
  expect(json['routing-decisions']?.length).toBeGreaterThan(10)
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Admin } from 'kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kafkajs } from '../../src/adapters/kafka/corrections.ts'
import { openKafka } from '../../src/adapters/kafka/log.ts'
import { topicShapes } from '../../src/roles/topic-shapes.ts'
import { topicNames, topics } from '../../src/roles/topics.ts'
import { run, start } from '../cli/run.ts'
import { makeAuthority } from '../support/servers/certificates.ts'
import { eventually } from '../support/servers/eventually.ts'
import { type LocalKafka, startKafka } from '../support/servers/kafka.ts'
import { freePort } from '../support/servers/ports.ts'
import { scratch } from '../support/servers/scratch.ts'
import { liveDescribe } from '../support/servers/servers.ts'
import { profiles, record, rfi } from './faults/input.ts'
import { workerRights } from './worker-rights.ts'

const password = 'correct horse'
const prefix = 'prod-'

// Three doors: an open one, where whoever comes may do everything; by name and password; by certificate.
liveDescribe('Kafka that wants to know who comes', { needs: ['mongodb'], own: ['kafka'] }, () => {
  const { mongodbUri } = scratch()
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-certificates-'))
  let kafka: LocalKafka
  let admin: Admin
  let ways: Record<'open' | 'named' | 'certified' | 'strangers', Record<string, string>>

  beforeAll(async () => {
    const [authority, stranger] = await Promise.all([
      makeAuthority(folder, 'authority'),
      makeAuthority(folder, 'stranger'),
    ])
    const [broker, client] = [await authority.certify('broker'), await authority.certify('operator')]
    const listeners = [
      { name: 'NAMED', protocol: 'SASL_SSL', port: await freePort() },
      { name: 'CERTIFIED', protocol: 'SSL', port: await freePort() },
    ] as const
    const [named, certified] = listeners.map(({ port }) => `127.0.0.1:${port}`)
    const module = 'org.apache.kafka.common.security'
    kafka = await startKafka({
      listeners,
      scram: [
        `SCRAM-SHA-256=[name=operator,password=${password}]`,
        `SCRAM-SHA-512=[name=operator,password=${password}]`,
        `SCRAM-SHA-512=[name=worker,password=${password}]`,
      ],
      settings: {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': broker.both,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': authority.path,
        'listener.name.certified.ssl.client.auth': 'required',
        'listener.name.named.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.named.plain.sasl.jaas.config': `${module}.plain.PlainLoginModule required user_operator="${password}";`,
        'listener.name.named.scram-sha-256.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
        'listener.name.named.scram-sha-512.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS;User:operator;User:CN=operator',
      },
    })
    const rest = { ROUTER_TOPIC_PREFIX: prefix, MONGODB_URI: mongodbUri, ROUTER_CUSTOMER_SECRET: 'secret' }
    const encrypted = { ...rest, KAFKA_SSL: 'true', KAFKA_SSL_CA: authority.path }
    ways = {
      open: { ...rest, KAFKA_BROKERS: kafka.brokers },
      named: { ...encrypted, KAFKA_BROKERS: named ?? '' },
      certified: {
        ...encrypted,
        KAFKA_BROKERS: certified ?? '',
        KAFKA_SSL_CERT: client.cert,
        KAFKA_SSL_KEY: client.key,
      },
      strangers: { ...encrypted, KAFKA_BROKERS: certified ?? '', KAFKA_SSL_CA: stranger.path },
    }
    const { Kafka, logLevel } = kafkajs()
    admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    for (const words of [
      ['topics', 'create', '--partitions', '1'],
      ['store', 'migrate'],
    ])
      expect(await run(words, { environment: login('plain') })).toMatchObject({ code: 0 })
  })
  afterAll(async () => {
    await admin?.disconnect()
    await kafka?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  function login(mechanism: string, username = 'operator', secret = password): Record<string, string> {
    return {
      ...ways.named,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: username,
      KAFKA_SASL_PASSWORD: secret,
    }
  }

  it.each<[string, () => Record<string, string>]>([
    ['a name and a password', () => login('plain')],
    ['SCRAM-SHA-256', () => login('scram-sha-256')],
    ['SCRAM-SHA-512', () => login('scram-sha-512')],
    ['a certificate', () => ways.certified],
  ])('lets in by %s', async (_, environment) => {
    const { code, stdout, stderr } = await run(['topics', 'check'], { environment: environment() })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) })
    expect(stdout).toBe('all topics are as they should be, on 1 broker\n')
  })

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['a wrong password', () => login('scram-sha-512', 'operator', 'wrong horse'), /name and password/],
    ['a name nobody has', () => login('plain', 'nobody'), /name and password/],
    ['a certificate that we do not trust', () => ways.strangers, /we do not know the authority/],
    [
      'no certificate of ours',
      () => ({ ...ways.certified, KAFKA_SSL_CERT: '', KAFKA_SSL_KEY: '' }),
      /they want a certificate of ours/,
    ],
    [
      'encryption for the open door',
      () => ({ ...ways.certified, KAFKA_BROKERS: kafka.brokers }),
      /KAFKA_SSL says whether it is encrypted/,
    ],
    [
      'no encryption',
      () => ({ ...login('plain'), KAFKA_SSL: '', KAFKA_SSL_CA: '' }),
      /KAFKA_SSL says whether it is encrypted/,
    ],
  ])('%s is said in one line, and no secret in it', async (_, environment, told) => {
    const { code, stdout, stderr } = await run(['topics', 'check'], { environment: environment() })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(told)])
    expect(stderr).not.toMatch(/horse/)
  })

  it('a worker without rights says which, and needs no more than are written down', async () => {
    const environment = login('scram-sha-512', 'worker')
    const refused = await run(['worker'], { environment })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /^referral-router: partitions of prod-\S+: this user may not use the topic/m,
    )

    await admin.createAcls({ acl: workerRights('worker', prefix) })
    const worker = start(['worker', '--json'], environment)
    const log = await openKafka({ brokers: [kafka.brokers], topicPrefix: prefix })
    try {
      await worker.until('"event":"ready"')
      const send = (...values: object[]) =>
        log.producer.send(values.map(value => record(topics.rfis, 'key', value)))
      await log.producer.send(profiles())
      expect(await run(['status', '--wait'], { environment: ways.open })).toMatchObject({ code: 0 })
      // One that is soon over, which the clock sees to; one without consent; one that is none.
      const soon = new Date(Date.now() + 3000).toISOString()
      await send({ ...rfi('soon'), expiresAt: soon }, { ...rfi('without'), consent: {} }, {})
      const written = topicNames.filter(name => topicShapes[name].written)
      const empty = async () => {
        const stretches = await log.stretches(written)
        return written.filter(name => !stretches.some(({ topic, end }) => topic === name && end > 0))
      }
      await eventually('a record in all', async () => (await empty()).length === 0, { within: 30_000 })
      expect(worker.output.stderr).not.toMatch(/halted|may not/)
    } finally {
      await log.close()
      await worker.stop('SIGKILL')
    }
  })
})

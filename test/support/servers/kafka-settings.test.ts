import { describe, expect, it } from 'vitest'
import { kafkaSettings } from './kafka-settings.ts'
import { kafkaPom } from './packages.ts'

const place = (port: number) => ({ port, controllerPort: port + 1, data: `/data/${port}` })

describe("a broker's settings", () => {
  it('one broker keeps one copy', () => {
    const lines = kafkaSettings([place(10)], 0).split('\n')
    expect(lines).toContain('controller.quorum.voters=1@127.0.0.1:11')
    expect(lines).toContain('listeners=PLAINTEXT://127.0.0.1:10,CONTROLLER://127.0.0.1:11')
    expect(lines).toContain('offsets.topic.replication.factor=1')
    expect(lines).toContain('min.insync.replicas=1')
  })

  it('three brokers keep three copies, two in sync, and differ in id, ports and folder only', () => {
    const places = [place(10), place(20), place(30)]
    const [first = [], second = []] = [0, 1].map(index => kafkaSettings(places, index).split('\n'))
    expect(first).toContain('controller.quorum.voters=1@127.0.0.1:11,2@127.0.0.1:21,3@127.0.0.1:31')
    expect(first).toContain('offsets.topic.replication.factor=3')
    expect(first).toContain('min.insync.replicas=2')
    const differing = second.filter(line => !first.includes(line)).map(line => line.split('=')[0])
    expect(differing).toEqual(['node.id', 'listeners', 'advertised.listeners', 'log.dirs'])
  })

  it('those of a test come last and win', () => {
    const settings = kafkaSettings([place(10)], 0, { 'min.insync.replicas': 7 })
    expect(settings.match(/^min\.insync\.replicas=.*$/gm)).toEqual(['min.insync.replicas=7'])
  })

  it('the project for Maven names server, tools and one logger', () => {
    expect(
      kafkaPom()
        .match(/<artifactId>[^<]+/g)
        ?.slice(1),
    ).toEqual(['kafka_2.13', 'kafka-tools', 'slf4j-simple'].map(name => `<artifactId>${name}`))
  })
})

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commands } from '../src/cli/commands.ts'
import { readConfig } from '../src/ops/config.ts'
import { type Health, serveHealth } from '../src/ops/health.ts'
import { silent } from '../src/ports/logger.ts'

const well: Health = {
  state: 'ready',
  roles: [],
  lanes: 0,
  halted: [],
  stuck: [],
  since: '2026-03-02T09:14:00.000Z',
}

interface Service {
  readonly image: string
  readonly build?: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly stop_grace_period?: string
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const compose: {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
} = parse(read('docker-compose.yml'), { merge: true })
const services = Object.entries(compose.services)
const ours = services.filter(([, { build }]) => build !== undefined)

/** The words after our program's name, wherever a service calls it. */
function calls({ entrypoint, command = [], healthcheck }: Service): string[][] {
  const scripts = [...(entrypoint === undefined ? [] : command), ...(healthcheck?.test ?? [])]
  const called = scripts.flatMap(script =>
    [...script.matchAll(/referral-router ([^|\n]+)/g)].map(([, words]) => words ?? ''),
  )
  return [...(entrypoint === undefined ? [command.join(' ')] : []), ...called].map(words =>
    words.trim().split(/\s+/),
  )
}

/** The port that the image has its workers answer on. */
const [, healthPort] = /^ENV ROUTER_HEALTH_PORT=(\d+)$/m.exec(read('Dockerfile')) ?? []

describe('docker-compose.yml', () => {
  it('is for the services that the worker needs', () => {
    expect(services.map(([name]) => name)).toEqual([
      'kafka',
      'mongodb',
      'registry',
      'setup',
      'worker',
      'sample',
    ])
  })

  it.each(services)(
    '%s waits for services that are there, and can tell what it waits for',
    (_name, { depends_on = {} }) => {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(compose.services).toHaveProperty(other)
        if (condition === 'service_healthy') expect(compose.services[other]).toHaveProperty('healthcheck')
      }
    },
  )

  it.each(services)(
    '%s has a pinned image, ports for this machine alone, and volumes that are named',
    (_name, service) => {
      expect(service.image).toMatch(/:(?!latest)[\w.-]+$/)
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
      for (const volume of service.volumes ?? [])
        expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '')
    },
  )

  it.each(ours)('%s calls commands that there are, on files that the image has', (_name, service) => {
    const called = calls(service)
    expect(called.length).toBeGreaterThan(0)
    for (const [name, ...words] of called) {
      expect(commands.map(command => command.name)).toContain(name)
      for (const word of words.filter(word => word.startsWith('/app/')))
        expect(existsSync(new URL(`..${word.slice('/app'.length)}`, import.meta.url)), word).toBe(true)
    }
  })

  it.each(ours)("%s is set up for the services' own addresses", (_name, { environment = {} }) => {
    const reading = readConfig({
      environment: { ...environment, ROUTER_LOG_LEVEL: 'info', ROUTER_CUSTOMER_SECRET: '' },
    })
    expect(reading).toMatchObject({
      ok: true,
      config: { kafka: { brokers: ['kafka:19092'] }, mongodb: {}, registry: {} },
    })
    const addresses = [environment.KAFKA_BROKERS, environment.MONGODB_URI, environment.SCHEMA_REGISTRY_URL]
    for (const address of addresses) {
      const host = /^(?:\w+:\/\/)?(\w+):/.exec(address ?? '')?.[1] ?? ''
      expect(compose.services).toHaveProperty(host)
    }
  })

  it("asks each worker, on the image's port, whether it is ready, and the others nothing", () => {
    for (const [name, { healthcheck }] of ours) {
      const [, address] = /fetch\('(\S+)'\)/.exec(healthcheck?.test?.join(' ') ?? '') ?? []
      if (name === 'worker') expect(address).toBe(`http://127.0.0.1:${healthPort}/health/ready`)
      else expect(healthcheck).toEqual({ disable: true })
    }
  })

  it('gives a worker longer to stop than it takes', () => {
    const { command = [], stop_grace_period = '' } = compose.services.worker ?? {}
    const within = Number(command[command.indexOf('--stop-within') + 1])
    // Its own last word comes 5 s after its deadline.
    expect(Number.parseInt(stop_grace_period, 10)).toBeGreaterThan(within + 5 - 1)
  })
})

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n')

  it.each([true, false])(
    'asks whether a worker is alive (%s), by what runs as it is written there',
    async alive => {
      const [, check = '[]'] = /^HEALTHCHECK [^\n]*\n {2}CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? []
      const [command = '', ...words] = JSON.parse(check)
      expect(command).toBe('node')
      const look = () => ({ ...well, stuck: alive ? [] : ['router/rfis/0'] })
      const server = await serveHealth({ host: '127.0.0.1', port: 0, look, logger: silent })
      const environment = { ...process.env, ROUTER_HEALTH_PORT: new URL(server.address).port }
      const child = spawn(process.execPath, words, { env: environment })
      const code = await new Promise(resolve => child.on('close', resolve))
      await server.close()
      expect(code).toBe(alive ? 0 : 1)
    },
  )

  it('is pinned to the Node that the package is pinned to', () => {
    const { node } = JSON.parse(read('package.json')).dependencies
    const images = lines.filter(line => /^FROM node:/.test(line))
    expect(images.length).toBeGreaterThan(0)
    for (const image of images) expect(image).toContain(`node:${node}-`)
  })

  it('copies what is there, and what .dockerignore lets through', () => {
    const letThrough = read('.dockerignore')
      .split('\n')
      .flatMap(line => (line.startsWith('!') ? [line.slice(1)] : []))
    const copied = lines
      .filter(line => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap(line => line.split(' ').slice(1, -1))
    for (const path of copied) {
      expect(existsSync(new URL(`../${path}`, import.meta.url)), path).toBe(true)
      expect(letThrough).toContain(path.split('/')[0])
    }
  })
})

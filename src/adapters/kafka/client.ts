import type { Kafka, SASLOptions } from 'kafkajs'
import { type Logger, silent } from '../../ports/logger.ts'
import type { Time } from '../../ports/time.ts'
import { kafkajs } from './corrections.ts'

export interface KafkaOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[]
  readonly clientId?: string
  /** Before the name of every topic and group. */
  readonly topicPrefix?: string
  /** PEM texts; `{}` trusts the certificates that the system trusts. */
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | null
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
    readonly username: string
    readonly password: string
  } | null
  readonly logger?: Logger
  readonly time?: Time
  /** ms without a heartbeat after which a member counts as dead; default 30,000. */
  readonly sessionTimeout?: number
  /** ms that work on a partition may go without a heartbeat, before the group goes on without this member. */
  readonly handlerPatience?: number | undefined
  /** ms that members have to finish what is under way when somebody joins or leaves. */
  readonly rebalanceTimeout?: number
  /** ms between heartbeats. */
  readonly heartbeatInterval?: number
  /** Connections that send; each sends one thing at a time. */
  readonly producers?: number
  /** Partitions that one consumer works on at once. */
  readonly concurrency?: number
}

/**
 * How often kafkajs itself tries again. Short, all of it within some seconds: what lasts longer is waited for outside,
 * where a lane heartbeats meanwhile and the wait is told.
 */
export const retry = { initialRetryTime: 100, maxRetryTime: 1000, factor: 0.2, multiplier: 2, retries: 4 }

/** A client; it connects to nothing by itself. */
export function createClient(options: KafkaOptions): Kafka {
  const { Kafka, logLevel } = kafkajs()
  const { brokers, clientId = 'referral-router', ssl = null, sasl = null, logger = silent } = options
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ...(ssl === null ? {} : { ssl: { ...ssl, ...(ssl.ca === undefined ? {} : { ca: [ssl.ca] }) } }),
    // A copy: it puts functions of its own into it, and what was given goes to threads.
    ...(sasl === null ? {} : { sasl: { ...sasl } as SASLOptions }),
    retry,
    connectionTimeout: 5000,
    authenticationTimeout: 10_000,
    requestTimeout: 15_000,
    // What it calls errors is mostly weather, which it gets over by itself; what it doesn't is told by whoever asked.
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ namespace, label, log: { timestamp: _timestamp, logger: _logger, message, ...rest } }) =>
        logger.debug({ client: namespace, level: label, message, ...plain(rest) }, 'kafkajs'),
  })
}

/** Whether whoever listens on the way learns the password (`plain`), or enough to guess it (`scram`). */
export function showsPassword({
  brokers,
  ssl,
  sasl,
}: {
  readonly brokers: readonly string[]
  readonly ssl?: object | null
  readonly sasl?: object | null
}): boolean {
  if ((sasl ?? null) === null || (ssl ?? null) !== null) return false
  return brokers.some(broker => !loopback.test(broker))
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\]|\[::ffff:127(\.\d+){3}\]):\d+$/i

/** Without stacks, which it puts into nearly every line. */
function plain({ stack: _stack, ...fields }: Record<string, unknown>): object {
  return fields
}

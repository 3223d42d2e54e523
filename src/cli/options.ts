import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseTimestamp, toMillis } from '../domain/time.ts'
import { type Config, type ConfigInput, logLevels, readConfig } from '../ops/config.ts'
import type { Logger } from '../ports/logger.ts'
import { wrongUsage } from './failure.ts'

/** What every command takes. */
export interface CommonOptions {
  readonly data?: string
  readonly topicPrefix?: string
  readonly json?: boolean
  readonly logLevel?: string
}

export function addCommonOptions(
  command: Command,
  { data = '$ROUTER_DATA, else .data/default', logLevel = 'warn' }: { data?: string; logLevel?: string } = {},
): Command {
  return command
    .option(
      '--data <dir>',
      `data folder (default: ${data}, unless KAFKA_BROKERS and MONGODB_URI name servers)`,
    )
    .option('--topic-prefix <text>', 'on Kafka, before the name of every topic and group')
    .option('--json', 'for machines: one JSON object, or one a line')
    .addOption(
      new Option('--log-level <level>', `what to log on standard error (default: ${logLevel})`).choices(
        logLevels,
      ),
    )
}

export function configOf(
  options: CommonOptions & { readonly healthPort?: string; readonly healthHost?: string },
  defaults: ConfigInput['defaults'] = {},
): Config {
  const { data, logLevel, topicPrefix, healthPort, healthHost } = options
  const flags = { data, logLevel, topicPrefix, healthPort, healthHost }
  const reading = readConfig({ environment: process.env, flags, defaults })
  if (!reading.ok) throw wrongUsage(reading.problems.join('\n'))
  return reading.config
}

/** Loaded only where something is logged: it takes longer than the shortest commands do. */
export async function loggerOf({ logLevel }: Config): Promise<Logger> {
  const { createLogger } = await import('../ops/logging.ts')
  return createLogger({ level: logLevel })
}

/** Parses an option that is a whole number of at least 1. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 is needed.')
  return Number(text)
}

/** Parses an option that lists some of `choices`, separated by commas. */
export function someOf<T extends string>(choices: readonly T[]): (text: string) => readonly T[] {
  return text => {
    const names = text.split(',').map(name => name.trim())
    const chosen = names.map(name => choices.find(choice => choice === name))
    if (chosen.includes(undefined))
      throw new InvalidArgumentError(`Some of ${choices.join(', ')} are needed.`)
    return [...new Set(chosen.filter(choice => choice !== undefined))]
  }
}

/** Parses an option that is a place in a log: a whole number from 0. */
export function offset(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number from 0 is needed.')
  return Number(text)
}

/** Parses an option that is a moment, in ms since 1970. */
export function moment(text: string): number {
  const timestamp = parseTimestamp(text)
  if (timestamp === null) throw new InvalidArgumentError('a time such as 2026-03-02T09:14:00.000Z is needed.')
  return toMillis(timestamp)
}

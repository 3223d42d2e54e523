import { expect } from 'vitest'
import { scratch } from '../support/servers/scratch.ts'
import { servers } from '../support/servers/servers.ts'
import { type Running, run, start } from './run.ts'

/** Commands on a corner of the servers of its own: called while a live suite is described. */
export function onServers() {
  const { prefix, mongodbUri } = scratch()
  const environment = {
    KAFKA_BROKERS: servers().kafkaBrokers,
    MONGODB_URI: mongodbUri,
    ROUTER_TOPIC_PREFIX: prefix,
    ROUTER_CUSTOMER_SECRET: 'secret',
  }
  const cli = (words: readonly string[], input?: string) =>
    run([...words], { environment, ...(input === undefined ? {} : { input }) })
  return {
    environment,
    cli,
    /** Topics of two partitions, and the store's collections. */
    async prepare(): Promise<void> {
      for (const words of [
        ['topics', 'create', '--partitions', '2'],
        ['store', 'migrate'],
      ])
        expect(await cli(words), words.join(' ')).toMatchObject({ code: 0 })
    },
    startWorker: (...words: readonly string[]): Running =>
      start(['worker', '--json', '--log-level', 'warn', ...words], environment),
  }
}

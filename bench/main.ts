/** `npm run bench -- <name> [options]`: one file a concern, each with its own options (see the head of the file). */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const benches: Readonly<Record<string, string>> = {
  embedded: 'the whole worker on one SQLite file, RFIs per second end to end',
  kafka: 'routing on Kafka and MongoDB beside a bare loop of the same clients, RFIs per second',
  matching: 'matching alone, RFIs per second over generated profiles',
  'read-models': 'inbox, RFI, funnel and the other views over many referrals: p50, p95 and p99 of each query',
  tables: 'what a worker holds in memory, how long it takes to read, and ranking on it',
}

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || !Object.hasOwn(benches, name)) {
  console.error('npm run bench -- <name> [options]\n')
  for (const [known, about] of Object.entries(benches)) console.error(`  ${known.padEnd(12)} ${about}`)
  process.exit(name === undefined || name === '--help' ? 0 : 2)
}
const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
process.exit(spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' }).status ?? 1)

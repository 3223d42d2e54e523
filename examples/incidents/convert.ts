import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commandLine, writeLines } from '../converter.ts'
import { convert } from './conversion.ts'
import type { PartnerKind } from './offers.ts'
import { readZipped } from './zip.ts'

const usage = `usage: node examples/incidents/convert.ts --from DIR --out DIR --partner person|team

Converts an incident event log (incident_event_log.csv or incident_event_log.zip in --from) to
partner-profiles.ndjson, rfis.ndjson and referral-commands.ndjson in --out, for teams referrals.ndjson too.
  --partner person   a partner is who resolved a ticket
  --partner team     a partner is a group that held a ticket; passing it on is a decline`

type Options = { from: string; out: string; partner: PartnerKind }

/** The options, or what is wrong with them. */
function readOptions(args: string[]): Options | string {
  const text = { type: 'string' } as const
  const { from, out, partner } = parseArgs({
    args,
    options: { from: text, out: text, partner: text },
  }).values
  if (!from) return '--from DIR is missing: the folder that holds incident_event_log.csv or .zip'
  if (!out) return '--out DIR is missing: the folder to write to'
  if (partner !== 'person' && partner !== 'team') return '--partner must be person or team'
  return { from, out, partner }
}

async function convertFiles({ from, out, partner }: Options): Promise<string> {
  const { profiles, rfis, referrals, commands } = convert(await readLog(from), partner)
  const files = {
    'partner-profiles': profiles,
    rfis,
    'referral-commands': commands,
    ...(referrals === undefined ? {} : { referrals }),
  }
  await writeLines(out, files)
  const offered = referrals === undefined ? '' : `${referrals.length} referrals, `
  return `${rfis.length} RFIs, ${profiles.length} profiles, ${offered}${commands.length} commands in ${out}`
}

async function readLog(from: string): Promise<string> {
  try {
    return await readFile(join(from, 'incident_event_log.csv'), 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  return readZipped(await readFile(join(from, 'incident_event_log.zip')), 'incident_event_log.csv').toString(
    'utf8',
  )
}

/** Exit status: 0 done, 1 a failure told in one line, 2 wrong usage. */
export const run = commandLine({ usage, readOptions, convertFiles })

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2), console.log, console.error)
}

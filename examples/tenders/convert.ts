import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commandLine, writeLines } from '../converter.ts'
import { convert, type Selection } from './conversion.ts'

const usage = `usage: node examples/tenders/convert.ts --from DIR --out DIR [--first N | --sample N]

Converts the bid table of the City of Tsuchiura (tsuchiura_data.csv in --from) to partner-profiles.ndjson,
rfis.ndjson and referral-commands.ndjson in --out. All tenders, or
  --first N   the first N
  --sample N  N consecutive ones from the first notice of 2010 on`

type Options = { from: string; out: string; selection: Selection }

/** The options, or what is wrong with them. */
function readOptions(args: string[]): Options | string {
  const { values } = parseArgs({
    args,
    options: {
      from: { type: 'string' },
      out: { type: 'string' },
      first: { type: 'string' },
      sample: { type: 'string' },
    },
  })
  const { from, out, first, sample } = values
  if (!from) return '--from DIR is missing: the folder that holds tsuchiura_data.csv'
  if (!out) return '--out DIR is missing: the folder to write to'
  if (first !== undefined && sample !== undefined) return '--first and --sample exclude each other'
  const count = first ?? sample
  if (count === undefined) return { from, out, selection: { kind: 'all' } }
  if (!/^[1-9]\d{0,8}$/.test(count))
    return `a number of tenders must be a whole number above 0, not "${count}"`
  return { from, out, selection: { kind: first === undefined ? 'sample' : 'first', count: Number(count) } }
}

async function convertFiles({ from, out, selection }: Options): Promise<string> {
  const { profiles, rfis, commands } = convert(
    await readFile(join(from, 'tsuchiura_data.csv'), 'utf8'),
    selection,
  )
  const files = { 'partner-profiles': profiles, rfis, 'referral-commands': commands }
  await writeLines(out, files)
  return `${rfis.length} RFIs, ${profiles.length} profile versions, ${commands.length} commands in ${out}`
}

/** Exit status: 0 done, 1 a failure told in one line, 2 wrong usage. */
export const run = commandLine({ usage, readOptions, convertFiles })

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2), console.log, console.error)
}

import type { Command } from 'commander'
import type { PartnerId } from '../domain/ids.ts'
import { type Rfi, rfiSchema } from '../domain/rfi.ts'
import { parseShape } from '../domain/shape.ts'
import type { Receipt } from '../ranking/receipt.ts'
import { route } from '../roles/routing.ts'
import type { Backend } from './backend.ts'
import { askedIn, chainBefore, currentTables, presentOf, withCapacity } from './current-tables.ts'
import { namesOf } from './explain.ts'
import { Failure } from './failure.ts'
import { lineBlocksOf } from './lines.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, moment } from './options.ts'
import { print, printJson } from './output.ts'
import { type Names, receiptHead, receiptTable, rowText } from './receipt-text.ts'
import { jsonOf } from './records.ts'
import { whyNotOn } from './why-not.ts'
import { type WhyNotReport, whyNotText } from './why-not-text.ts'

interface Options extends CommonOptions {
  readonly partner?: string
  readonly at?: number
}

export function preview(command: Command): void {
  addCommonOptions(command.argument('<file>', 'one RFI as JSON; - for standard input'))
    .option('--partner <id>', 'where this one would come, and what it would take to be chosen')
    .option('--at <time>', 'rank as of then, on the tables as they are (default: now)', moment)
    .addHelpText(
      'after',
      '\nRanks by the tables as they are and writes nothing; beside a worker too. In a folder whose records end long ago' +
        '\nnow is when they end.',
    )
    .action(async (file: string, options: Options) => {
      const config = configOf(options)
      const rfi = await rfiIn(file)
      const { receipt, names, today } = await withBackend(config, { access: 'read' }, ({ store }) =>
        previewOn(store, rfi, options),
      )
      if (options.json === true)
        printJson(
          today === null
            ? { receipt, names: Object.fromEntries(names) }
            : { rfiId: receipt.rfiId, at: receipt.at, partner: today },
        )
      else {
        const [first] = receipt.considered
        print(
          [
            receiptHead(receipt, { alone: today !== null }),
            ...(today !== null
              ? [whyNotText(today)]
              : first === undefined
                ? []
                : [receiptTable(receipt, names), rowText(receipt, first, names)]),
          ].join('\n\n'),
        )
      }
    })
}

async function rfiIn(file: string): Promise<Rfi> {
  const where = file === '-' ? 'standard input' : file
  const bytes: Uint8Array[] = []
  try {
    for await (const lines of lineBlocksOf(file)) bytes.push(...lines)
  } catch (error) {
    throw new Failure(
      `${file} can't be read: ${error instanceof Error ? error.message : String(error)}; name a file, or - for standard input`,
    )
  }
  const json = jsonOf(Buffer.concat(bytes.flatMap(line => [line, newline])))
  if (!json.ok) throw new Failure(`${where} is no JSON; one RFI as a JSON object is needed`)
  const parsed = parseShape(rfiSchema, json.value)
  if (parsed.ok) return parsed.value
  const { fault, faults = [fault] } = parsed
  const wrong = faults.map(
    ({ field, found, expected }) =>
      `${where} is no RFI: ${field === '' ? 'the record' : field} is ${found}, expected ${expected}`,
  )
  throw new Failure([...new Set(wrong)].join('\n'))
}

const newline = Buffer.from('\n')

/** Ranks one RFI as the router would, at `at` ms since 1970, and writes nothing. */
export async function previewOn(
  store: Backend['store'],
  rfi: Rfi,
  { at, partner }: Pick<Options, 'at' | 'partner'>,
): Promise<{ readonly receipt: Receipt; readonly names: Names; readonly today: WhyNotReport | null }> {
  const tables = await currentTables(store)
  const chain = await chainBefore(store, rfi.followsRfiId)
  const asked = await askedIn(store, chain)
  const routedAt = at ?? (await presentOf(store))
  const { receipt } = await withCapacity(store, tables, full =>
    route({ rfi, routedAt, tables, asked, full, openReferral: () => null }),
  )
  const partnerId = partner as PartnerId | undefined
  const refusedWhole = receipt.population === null
  return {
    receipt,
    names: await namesOf(store, receipt),
    today:
      partnerId === undefined || refusedWhole
        ? null
        : await whyNotOn(store, tables, { rfi, chain, partnerId, at: routedAt }),
  }
}

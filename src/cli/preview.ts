import type { Command } from 'commander'
import type { PartnerId } from '../domain/ids.ts'
import { type Rfi, rfiSchema } from '../domain/rfi.ts'
import { parseShape } from '../domain/shape.ts'
import { toTimestamp } from '../domain/time.ts'
import type { Receipt } from '../ranking/receipt.ts'
import { route } from '../roles/routing.ts'
import { answerNow } from './answer.ts'
import type { Backend } from './backend.ts'
import { askedIn, chainBefore, currentTables, presentOf, withCapacity } from './current-tables.ts'
import { gatheredAfter, namesOf } from './explain.ts'
import { Failure } from './failure.ts'
import { featureHelp } from './feature-words.ts'
import { commandLine, samePlace } from './invocation.ts'
import { lineBlocksOf } from './lines.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, moment } from './options.ts'
import { print, printJson } from './output.ts'
import { receiptTable } from './receipt-table.ts'
import { type Names, othersChosen, receiptHead, rowText } from './receipt-text.ts'
import { jsonOf } from './records.ts'
import { inWordsOf } from './term-words.ts'
import { noSuchPartner } from './tips.ts'
import { whyNotOn } from './why-not.ts'
import { laterEvidence, type WhyNotReport, whyNotText } from './why-not-text.ts'

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
        '\nnow is when they end. --at lets what is known age until then; what was learnt later is not left out.' +
        `\n\n${featureHelp()}`,
    )
    .action(async (file: string, options: Options) => {
      const config = configOf(options)
      const rfi = await rfiIn(file)
      const previewed = await withBackend(config, { access: 'read' }, async ({ store, place }) => {
        const found = await previewOn(store, rfi, options)
        if (found.today?.standing.code === 'unknown-partner')
          throw noSuchPartner(options.partner ?? '', place)
        return found
      })
      const { receipt, names, today, gatheredUntil } = previewed
      if (options.json === true)
        printJson({
          ...(today === null
            ? { receipt, names: Object.fromEntries(names) }
            : { rfiId: receipt.rfiId, at: receipt.at, partner: today }),
          ...(gatheredUntil === null ? {} : { evidenceUntil: toTimestamp(gatheredUntil) }),
        })
      else print(previewText(rfi, previewed, file))
    })
}

function previewText(rfi: Rfi, { receipt, names, today, gatheredUntil }: Previewed, file: string): string {
  const inWords = inWordsOf(rfi)
  const [first] = receipt.considered
  const more = commandLine('preview', file, '--partner', 'ID', ...samePlace())
  const head = [receiptHead(receipt, { alone: today !== null }), ...laterEvidence(gatheredUntil)].join('\n')
  if (today !== null)
    return [answerNow(today, rfi.rfiId), head, whyNotText(today, { again: false, figures: true })].join(
      '\n\n',
    )
  if (first === undefined) return head
  return [
    head,
    receiptTable(receipt, names),
    rowText(receipt, first, { names, inWords }),
    ...othersChosen(receipt, { names, inWords, more }),
  ].join('\n\n')
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

interface Previewed {
  readonly receipt: Receipt
  readonly names: Names
  readonly today: WhyNotReport | null
  /** Until when evidence was gathered, where that is later than asked for; ms since 1970. */
  readonly gatheredUntil: number | null
}

/** Ranks one RFI as the router would, at `at` ms since 1970, and writes nothing. */
export async function previewOn(
  store: Backend['store'],
  rfi: Rfi,
  { at, partner }: Pick<Options, 'at' | 'partner'>,
): Promise<Previewed> {
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
    gatheredUntil: await gatheredAfter(store, at),
    today:
      partnerId === undefined || refusedWhole
        ? null
        : await whyNotOn(store, tables, { rfi, chain, partnerId, at: routedAt }),
  }
}

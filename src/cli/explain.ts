import type { Command } from 'commander'
import type { PartnerId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { Receipt } from '../ranking/receipt.ts'
import { defaultRelease, type Release } from '../ranking/release.ts'
import type { Verification } from '../ranking/verify.ts'
import type { RfiDocument } from '../roles/collections.ts'
import { releaseHash } from '../roles/release-hash.ts'
import type { Backend } from './backend.ts'
import { currentTables, presentOf } from './current-tables.ts'
import { verifyStored } from './explain-verify.ts'
import { Failure } from './failure.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, moment } from './options.ts'
import { print, printJson } from './output.ts'
import { type Names, partLines, receiptHead, receiptTable, rowText, termsOf } from './receipt-text.ts'
import { refusalWords } from './refusal-words.ts'
import { clean, grouped } from './text.ts'
import { whyNotOn } from './why-not.ts'
import { type WhyNotReport, whyNotText } from './why-not-text.ts'

interface Options extends CommonOptions {
  readonly partner?: string
  readonly verify?: boolean
  readonly at?: number
}

/** What is known of one RFI's ranking. */
export interface Explanation {
  readonly receipt: Receipt
  readonly names: Names
  /** Null when it wasn't asked for. */
  readonly verification: Verification | null
  /** Null when nobody was asked about. */
  readonly about: { readonly partnerId: PartnerId; readonly today: WhyNotReport | null } | null
}

export function explain(command: Command): void {
  addCommonOptions(command.argument('<rfiId>'))
    .option(
      '--partner <id>',
      'why this one was or was not chosen, and the smallest change that would have been enough',
    )
    .option('--verify', 'recompute the receipt; exit code 1 when anything on it differs')
    .option(
      '--at <time>',
      'rank again for --partner as of then, on the tables as they are (default: now)',
      moment,
    )
    .addHelpText(
      'after',
      '\nThe receipt is what was recorded when the RFI was ranked. Whoever is not among those chosen is ranked again on' +
        '\nthe tables as they are now, with one thing changed at a time.',
    )
    .action(async (rfiId: string, options: Options) => {
      const config = configOf(options)
      const explanation = await withBackend(config, { access: 'read' }, backend =>
        explanationOf(backend, rfiId, options),
      )
      if (options.json === true) printJson(asJson(explanation))
      else print(explanationText(explanation))
      if (explanation.verification?.ok === false) process.exitCode = 1
    })
}

export async function explanationOf(
  { store, place }: Pick<Backend, 'store' | 'place'>,
  rfiId: string,
  { partner, verify = false, at }: Pick<Options, 'partner' | 'verify' | 'at'>,
): Promise<Explanation> {
  const stored = (await store.get('receipts', [rfiId])).get(rfiId)
  const document = (await store.get('rfis', [rfiId])).get(rfiId)
  if (stored === undefined || document === undefined)
    throw new Failure(
      `there is no RFI ${JSON.stringify(rfiId)} in ${place}; consume rfis --from-beginning shows what came in, dead-letters list what was refused`,
    )
  const { _id, ...receipt } = stored
  const release = verify ? await releaseOf(store, receipt) : null
  const partnerId = partner as PartnerId | undefined
  const isChosen = partnerId !== undefined && receipt.chosen.includes(partnerId)
  const refusedWhole = document.outcome === 'unroutable' && receipt.population === null
  const hasRow = receipt.considered.some(row => row.partnerId === partnerId)
  const today =
    partnerId === undefined || (isChosen && hasRow) || refusedWhole
      ? null
      : await whyNotOn(store, await currentTables(store), {
          ...{ rfi: withoutCustomer(document), chain: document.chain, partnerId },
          at: at ?? (await presentOf(store)),
        })
  if (
    today?.standing.code === 'unknown-partner' &&
    !receipt.named.some(named => named.partnerId === partnerId)
  )
    throw new Failure(
      `there is no partner ${JSON.stringify(partner)} in ${place}: no profile names it; consume partner-profiles --from-beginning shows whose there are`,
    )
  return {
    receipt,
    names: await namesOf(store, receipt),
    verification: verify ? verifyStored(receipt, document, release) : null,
    about: partnerId === undefined ? null : { partnerId, today },
  }
}

/** The release a receipt names, where it is one of those in their slots now or the one shipped. */
async function releaseOf(store: Backend['store'], receipt: Receipt): Promise<Release | null> {
  if (releaseHash(defaultRelease) === receipt.releaseHash) return defaultRelease
  const slots = await store.get('weights', ['live', 'shadow', 'canary'])
  return [...slots.values()].find(({ hash }) => hash === receipt.releaseHash)?.release ?? null
}

/** Who the customer is decides nothing. */
export function withoutCustomer({ rfi }: RfiDocument): Rfi {
  return {
    ...rfi,
    customer: { ...rfi.customer, name: null, postalCode: null, contact: null },
    inviter: rfi.inviter === null ? null : { ...rfi.inviter, email: null },
  } as Rfi
}

export async function namesOf(store: Backend['store'], { considered }: Receipt): Promise<Names> {
  const profiles = await store.get(
    'profiles',
    considered.map(({ profileId }) => profileId),
  )
  return new Map(Array.from(profiles.values(), ({ partnerId, profile }) => [partnerId, profile.name]))
}

function asJson({ receipt, names, verification, about }: Explanation): object {
  const { partnerId = null, today = null } = about ?? {}
  const row = receipt.considered.find(row => row.partnerId === partnerId)
  const asked = {
    partnerId,
    chosen: receipt.chosen.some(chosen => chosen === partnerId),
    row: row ?? null,
    parts: row === undefined ? [] : partLines(receipt, row),
    terms: row === undefined ? [] : termsOf(receipt, row),
    refused: receipt.named.find(refused => refused.partnerId === partnerId)?.code ?? null,
    today,
  }
  return {
    // Asked about one partner, nobody else's row is shown.
    ...(about === null
      ? { receipt, names: Object.fromEntries(names) }
      : { rfiId: receipt.rfiId, at: receipt.at, partner: asked }),
    ...(verification === null ? {} : { verification }),
  }
}

function explanationText({ receipt, names, verification, about }: Explanation): string {
  const [first] = receipt.considered
  const parts =
    about === null
      ? first === undefined
        ? []
        : [receiptTable(receipt, names), rowText(receipt, first, names)]
      : aboutText(receipt, names, about)
  return [
    receiptHead(receipt, { alone: about !== null }),
    ...parts,
    ...(verification === null ? [] : [verificationText(verification)]),
  ].join('\n\n')
}

function aboutText(
  receipt: Receipt,
  names: Names,
  { partnerId, today }: NonNullable<Explanation['about']>,
): string[] {
  const row = receipt.considered.find(row => row.partnerId === partnerId)
  const named = receipt.named.find(refused => refused.partnerId === partnerId)
  const who = clean(today?.name == null ? partnerId : `${today.name} (${partnerId})`)
  const then =
    row !== undefined
      ? [rowText(receipt, row, names)]
      : named !== undefined
        ? [`${who} was refused: ${refusalWords[named.code]}`]
        : today === null
          ? [`${who} was not considered, as nobody was.`]
          : [
              `${who} is not on the receipt: it has the first ${receipt.considered.length} and few refusals by name.`,
            ]
  return [...then, ...(today === null ? [] : [whyNotText(today)])]
}

export function verificationText(verification: Verification): string {
  if (verification.ok) {
    const { rows, figures } = verification.checked
    const taken = verification.taken.length === 0 ? '' : `\n  believed: ${verification.taken.join('; ')}`
    return `verified: ${grouped(rows)} ${rows === 1 ? 'row' : 'rows'}, ${grouped(figures)} figures recomputed, the same bytes${taken}`
  }
  const { where, recorded, computed } = verification
  return `differs at ${where}: recorded ${JSON.stringify(recorded)}, computed ${JSON.stringify(computed)}`
}

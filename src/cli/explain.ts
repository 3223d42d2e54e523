import type { Command } from 'commander'
import type { PartnerId } from '../domain/ids.ts'
import type { Rfi } from '../domain/rfi.ts'
import type { Receipt } from '../ranking/receipt.ts'
import { defaultRelease, type Release } from '../ranking/release.ts'
import type { Verification } from '../ranking/verify.ts'
import type { RfiDocument } from '../roles/documents/referrals.ts'
import { releaseHash } from '../roles/release-hash.ts'
import { answerThen } from './answer.ts'
import type { Backend } from './backend.ts'
import { currentTables, latestOf, presentOf } from './current-tables.ts'
import { verifyStored } from './explain-verify.ts'
import { Failure } from './failure.ts'
import { featureHelp } from './feature-words.ts'
import { commandLine, samePlace } from './invocation.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, moment } from './options.ts'
import { print, printJson } from './output.ts'
import { pageWidth } from './page-width.ts'
import { receiptTable } from './receipt-table.ts'
import { type Names, othersChosen, partLines, receiptHead, rowText, termsOf } from './receipt-text.ts'
import { refusalWords } from './refusal-words.ts'
import { type InWords, inWordsOf } from './term-words.ts'
import { clean, grouped } from './text.ts'
import { noSuchPartner, tips } from './tips.ts'
import { whyNotOn } from './why-not.ts'
import { laterEvidence, type WhyNotReport, whyNotText } from './why-not-text.ts'
import { wrapped } from './wrap.ts'

interface Options extends CommonOptions {
  readonly partner?: string
  readonly verify?: boolean
  readonly at?: number
}

/** What is known of one RFI's ranking. */
export interface Explanation {
  readonly receipt: Receipt
  readonly names: Names
  /** The request's own words for its terms. */
  readonly inWords: InWords
  /** Null when it wasn't asked for. */
  readonly verification: Verification | null
  /** Null when nobody was asked about. */
  readonly about: About | null
}

interface About {
  readonly partnerId: PartnerId
  /** Null where it is not known. */
  readonly name: string | null
  readonly today: WhyNotReport | null
  /** Until when evidence was gathered that `today` reads, where that is later than asked for; ms since 1970. */
  readonly gatheredUntil: number | null
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
        '\nthe tables as they are now, with one thing changed at a time; --at lets those age, but leaves out nothing they' +
        `\nlearnt later.\n\n${featureHelp()}`,
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
    throw new Failure(`there is no RFI ${JSON.stringify(rfiId)} in ${place}; ${tips.rfis()}`)
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
    throw noSuchPartner(partner ?? '', place)
  const names = await namesOf(store, receipt)
  return {
    receipt,
    names,
    inWords: inWordsOf(document.rfi),
    verification: verify ? verifyStored(receipt, document, release) : null,
    about:
      partnerId === undefined
        ? null
        : {
            partnerId,
            name: today?.name ?? names.get(partnerId) ?? null,
            today,
            gatheredUntil: today === null ? null : await gatheredAfter(store, at),
          },
  }
}

/** The latest moment that the tables know of, ms since 1970; null unless it comes after the one asked for. */
export async function gatheredAfter(store: Backend['store'], at: number | undefined): Promise<number | null> {
  const latest = at === undefined ? null : await latestOf(store)
  return latest === null || at === undefined || latest <= at ? null : latest
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

function explanationText(explanation: Explanation): string {
  const { receipt, names, inWords, verification, about } = explanation
  const [first] = receipt.considered
  const parts =
    about === null
      ? first === undefined
        ? []
        : [
            receiptTable(receipt, names),
            rowText(receipt, first, { names, inWords }),
            ...othersChosen(receipt, { names, inWords, more: oneFigures(receipt.rfiId) }),
          ]
      : aboutText(explanation, about)
  return [
    ...(about === null ? [] : [answerThen(receipt, about)]),
    receiptHead(receipt, { alone: about !== null }),
    ...parts,
    ...(verification === null ? [] : [verificationText(verification)]),
  ].join('\n\n')
}

function oneFigures(rfiId: string): string {
  return commandLine('explain', rfiId, '--partner', 'ID', ...samePlace())
}

function aboutText(
  { receipt, names, inWords }: Explanation,
  { partnerId, name, today, gatheredUntil }: About,
): string[] {
  const row = receipt.considered.find(row => row.partnerId === partnerId)
  const named = receipt.named.find(refused => refused.partnerId === partnerId)
  const who = clean(name === null ? partnerId : `${name} (${partnerId})`)
  const then =
    row !== undefined
      ? [rowText(receipt, row, { names, inWords })]
      : named !== undefined
        ? [`${who} was refused: ${refusalWords[named.code]}`]
        : today === null
          ? [`${who} was not considered, as nobody was.`]
          : [
              `${who} is not on the receipt: it has the first ${receipt.considered.length} and few refusals by name.`,
            ]
  return [
    ...then,
    ...(today === null
      ? []
      : [
          [
            ...laterEvidence(gatheredUntil),
            whyNotText(today, { again: true, figures: row === undefined }),
          ].join('\n'),
        ]),
  ]
}

export function verificationText(verification: Verification): string {
  if (verification.ok) {
    const { rows, figures } = verification.checked
    const taken =
      verification.taken.length === 0
        ? ''
        : `\n${wrapped(`  believed: ${verification.taken.join('; ')}`, { width: pageWidth(), indent: 4 })}`
    return `verified: ${grouped(rows)} ${rows === 1 ? 'row' : 'rows'}, ${grouped(figures)} figures recomputed, the same bytes${taken}`
  }
  const { where, recorded, computed } = verification
  return `differs at ${where}: recorded ${JSON.stringify(recorded)}, computed ${JSON.stringify(computed)}`
}

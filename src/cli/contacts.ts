import type { Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { addresseeOf, type Hidden, hiddenBecause } from '../domain/contacts.ts'
import { type Timestamp, toTimestamp } from '../domain/time.ts'
import type { ContactDocument, ReferralDocument, RfiDocument } from '../roles/documents/referrals.ts'
import { Failure } from './failure.ts'
import { withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf } from './options.ts'
import { print, printJson } from './output.ts'
import { renderTable } from './table.ts'
import { clean, minuteOf } from './text.ts'
import { tips } from './tips.ts'

interface Options extends CommonOptions {
  readonly partner?: string
}

/** What a notifier may do with an RFI's contact data at one moment. */
interface Report {
  readonly rfiId: string
  readonly asOf: Timestamp
  readonly erasedAt: Timestamp | null
  readonly erasedBy: string | null
  /** To whom `customer-notices` go. Left out where one partner is asked about: it is none of its business. */
  readonly notices?: {
    readonly addressee: 'inviter' | 'customer' | 'none'
    readonly inviter: { readonly id: string; readonly email: string | null } | null
    readonly customer: Shown | null
  }
  readonly referrals: readonly {
    readonly referralId: string
    readonly partnerId: string
    readonly substatus: string
    readonly hidden: Hidden | null
    readonly customer: Shown | null
  }[]
}

type Shown = Pick<ContactDocument, 'name' | 'postalCode' | 'contact'>

export function contacts(command: Command): void {
  addCommonOptions(command.argument('<rfiId>'))
    .option('--partner <id>', 'only what this partner may see')
    .addHelpText(
      'after',
      '\nA partner sees the customer when that consented to sharing and to contact, from the routing on, until the referral is' +
        '\ndeclined or expires, and for good once it accepted. docs/contacts.md has the rule as a query for notifiers.',
    )
    .action(async (rfiId: string, options: Options) => {
      const found = await withBackend(configOf(options), { access: 'read' }, async ({ store, place }) => {
        const rfi = (await store.get('rfis', [rfiId])).get(rfiId)
        const contacts = (await store.get('contacts', [rfiId])).get(rfiId)
        const referrals = await store.get('referrals', rfi?.referralIds ?? [])
        return { rfi, contacts, referrals: [...referrals.values()], place }
      })
      const { rfi, contacts, place } = found
      if (rfi === undefined)
        throw new Failure(
          contacts?.erased === undefined
            ? `there is no RFI ${JSON.stringify(rfiId)} in ${place}; ${tips.rfis()}`
            : `RFI ${JSON.stringify(rfiId)} was erased at ${contacts.erased.at}, before it was routed to anybody`,
        )
      const referrals = found.referrals
        .filter(({ partnerId }) => options.partner === undefined || partnerId === options.partner)
        .sort((one, other) => (one._id < other._id ? -1 : 1))
      if (options.partner !== undefined && referrals.length === 0)
        throw new Failure(
          `RFI ${JSON.stringify(rfiId)} did not go to a partner ${JSON.stringify(options.partner)}; rfi ${rfiId} shows to whom`,
        )
      const report = reportOn(rfi, contacts, referrals, options.partner !== undefined)
      if (options.json === true) printJson(report)
      else print(textOf(report))
    })
}

function reportOn(
  { _id: rfiId, rfi }: RfiDocument,
  contacts: ContactDocument | undefined,
  referrals: readonly ReferralDocument[],
  forPartner: boolean,
): Report {
  const asOf = toTimestamp(systemTime.now())
  const consent = contacts?.consent ?? { shareWithPartners: false, contact: false }
  const addressee = addresseeOf(rfi.inviter, consent, contacts?.contact ?? null)
  const notices = {
    addressee,
    inviter:
      addressee === 'inviter' && rfi.inviter !== null
        ? { id: rfi.inviter.id, email: contacts?.inviterEmail ?? null }
        : null,
    customer: addressee === 'customer' ? shownOf(contacts) : null,
  }
  return {
    rfiId,
    asOf,
    erasedAt: contacts?.erased?.at ?? null,
    erasedBy: contacts?.erased?.by ?? null,
    ...(forPartner ? {} : { notices }),
    referrals: referrals.map(referral => {
      const hidden = hiddenBecause(referral, contacts, asOf)
      const { _id: referralId, partnerId, substatus } = referral
      return {
        referralId,
        partnerId,
        substatus,
        hidden,
        customer: hidden === null ? shownOf(contacts) : null,
      }
    }),
  }
}

/** The inviter's address is not among it: no partner is to see it. */
function shownOf(contacts: ContactDocument | undefined): Shown | null {
  if (contacts === undefined) return null
  const { name, postalCode, contact } = contacts
  return { name, postalCode, contact }
}

function textOf({ rfiId, erasedAt, erasedBy, notices, referrals }: Report): string {
  const parts: string[] = []
  if (erasedAt !== null)
    parts.push(
      `Contact data of RFI ${clean(rfiId)} was erased, ${minuteOf(erasedAt)} UTC by ${clean(erasedBy ?? '')}`,
    )
  if (notices !== undefined) parts.push(noticesText(notices, erasedAt !== null))
  if (referrals.length > 0)
    parts.push(
      renderTable(
        [
          { title: 'referral', value: ({ referralId }) => clean(referralId) },
          { title: 'status', value: ({ substatus }) => substatus },
          {
            title: 'customer',
            flexible: true,
            value: ({ hidden, customer }) =>
              hidden === null ? shownText(customer) : `hidden: ${hiddenWords[hidden]}`,
          },
        ],
        referrals,
      ),
    )
  return parts.join('\n\n')
}

const hiddenWords: Readonly<Record<Hidden, string>> = {
  erased: 'erased',
  'no-consent': 'the customer did not consent to contact',
  declined: 'the partner declined',
  expired: 'the partner did not answer in time',
}

function noticesText(
  { addressee, inviter, customer }: NonNullable<Report['notices']>,
  erased: boolean,
): string {
  if (addressee === 'none')
    return `Notices for the customer go to nobody: ${erased ? 'nothing is known of whom to tell any more' : 'there is no contact, or no consent to it'}`
  if (inviter !== null)
    return `Notices go to the inviter: ${clean([inviter.id, inviter.email].filter(Boolean).join(', '))}`
  return `Notices go to the customer: ${shownText(customer)}`
}

function shownText(customer: Shown | null): string {
  const { firstName, lastName, email, phone } = customer?.contact ?? {}
  const person = [firstName, lastName].filter(Boolean).join(' ')
  const all = [customer?.name, person, email, phone, customer?.postalCode].filter(Boolean)
  return all.length === 0 ? 'none was given' : clean(all.join(', '))
}

import type { Command } from 'commander'
import { systemTime } from '../adapters/system-time.ts'
import { type Erasing, erase as eraseIn } from '../lanes/erase.ts'
import { persist } from '../lanes/retry.ts'
import type { Removed } from '../roles/documents/referrals.ts'
import { isNothing } from '../roles/erase.ts'
import { rfisKept } from '../roles/topic-settings.ts'
import { keepFromDemo } from './demo/own-folder.ts'
import { Failure, wrongUsage } from './failure.ts'
import { isDataFolder, openToRead } from './folder.ts'
import { isOnServers, withBackend } from './open-backend.ts'
import { addCommonOptions, type CommonOptions, configOf, loggerOf } from './options.ts'
import { print, printJson } from './output.ts'
import { clean, grouped, minuteOf } from './text.ts'

interface Options extends CommonOptions {
  readonly by?: string
  readonly evenUnknown?: boolean
}

export function erase(command: Command): void {
  addCommonOptions(command.argument('<rfiId>'))
    .option('--by <text>', "who asked: a name or ticket of yours, kept with the erasure; not the customer's")
    .option('--even-unknown', 'an RFI that nothing is known of yet: when it comes, it goes to nobody')
    .addHelpText(
      'after',
      "\nRemoves a customer's contact data from the store, for good: contacts, original bytes of dead letters, and what it could" +
        '\nbe known again by. Referrals, receipts and all counts stay. Workers may run meanwhile; it can be asked for again.' +
        "\nThe topic rfis can't be reached: it keeps its records for as long as it keeps any.",
    )
    .action(async (rfiId: string, options: Options) => {
      const by = options.by?.trim() ?? ''
      if (by === '' || by.length > longestBy)
        throw wrongUsage(`say who asked, in 1 to ${longestBy} characters: --by ticket-4711`)
      const config = configOf(options)
      const servers = isOnServers(config)
      // To write would make a folder that isn't there.
      if (!servers && !isDataFolder(config.data)) await openToRead(config)
      if (!servers) keepFromDemo(config.data, 'erase')
      const logger = await loggerOf(config)
      // A letter that nobody can read is searched as bytes, at once.
      const asked = { access: 'write', logger, unknownSchemaPatience: 0 } as const
      const { outcome, place } = await withBackend(config, asked, async backend => {
        const { store, codec, place } = backend
        const asked = { by, evenUnknown: options.evenUnknown === true }
        const work = () => eraseIn(rfiId, asked, { store, codec, time: systemTime })
        return { outcome: await persist(work, { time: systemTime, logger, what: 'erase' }), place }
      })
      if (outcome.kind === 'tells')
        throw wrongUsage('--by holds some of what is to be erased; give a name or a ticket of your own')
      if (outcome.kind === 'unknown')
        throw new Failure(
          `there is no RFI ${JSON.stringify(rfiId)} in ${place}, and no dead letter of it; if it is still to come, add --even-unknown`,
        )
      const left = servers ? leftOnServers : leftInFolder
      if (options.json === true)
        printJson({ rfiId, ...outcome.erasure, removedNow: outcome.removed, again: outcome.again, left })
      else print(textOf(rfiId, outcome, left))
    })
}

const longestBy = 200

const topicDays = rfisKept / 86_400_000
const leftOnServers = `the topic rfis keeps its records up to ${topicDays} days, and a backup as long as you do; read again, the RFI brings nothing back`
const leftInFolder =
  'the topic rfis lies in the same folder, which keeps its records until you remove it; read again, the RFI brings nothing back'

function textOf(
  rfiId: string,
  { erasure, removed, again }: Extract<Erasing, { kind: 'erased' }>,
  left: string,
): string {
  const first = `${minuteOf(erasure.at)} UTC by ${clean(erasure.by)}`
  const title = !again
    ? `Contact data of RFI ${clean(rfiId)} erased, ${first}`
    : isNothing(removed)
      ? `Contact data of RFI ${clean(rfiId)} was erased before, ${first}; nothing more was found`
      : `Contact data of RFI ${clean(rfiId)} was erased before, ${first}; more was found, and removed`
  const what =
    again && isNothing(removed)
      ? `removed then: ${removedText(erasure.removed)}`
      : `removed: ${removedText(removed)}`
  return [title, `  ${what}`, `  not reached: ${left}`].join('\n')
}

function removedText({ contacts, deadLetters, customerKeys, hashes }: Removed): string {
  const parts = [
    contacts > 0 ? 'the contact data' : '',
    deadLetters > 0 ? `the original bytes of ${grouped(deadLetters)} dead letter${plural(deadLetters)}` : '',
    customerKeys > 0
      ? `what the customer is known again by, on ${grouped(customerKeys)} referral${plural(customerKeys)}`
      : '',
    hashes > 0 ? 'the hash of the RFI as it came in' : '',
  ].filter(part => part !== '')
  return parts.length === 0 ? 'nothing was there' : parts.join(', ')
}

function plural(count: number): string {
  return count === 1 ? '' : 's'
}

import { Failure } from './failure.ts'
import { commandLine, samePlace } from './invocation.ts'

/** What to type to find a name that is there, for errors about one that isn't. */
export const tips = {
  rfis: () =>
    `${commandLine('consume', 'rfis', '--from-beginning', ...samePlace())} shows what came in, dead-letters list what was refused, status what still waits to be read`,
  partners: () => `${commandLine('concentration', ...samePlace())} names those with most referrals`,
  profiles: () =>
    `${commandLine('consume', 'partner-profiles', '--from-beginning', ...samePlace())} shows who there is`,
} as const

export function noSuchPartner(partnerId: string, place: string): Failure {
  return new Failure(
    `there is no partner ${JSON.stringify(partnerId)} in ${place}: no profile names it; ${tips.profiles()}`,
  )
}

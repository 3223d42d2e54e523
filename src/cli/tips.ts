import { commandLine, samePlace } from './invocation.ts'

/** What to type to find a name that is there, for errors about one that isn't. */
export const tips = {
  rfis: () =>
    `${commandLine('consume', 'rfis', '--from-beginning', ...samePlace())} shows what came in, dead-letters list what was refused`,
  partners: () => `${commandLine('concentration', ...samePlace())} names those with most referrals`,
  profiles: () =>
    `${commandLine('consume', 'partner-profiles', '--from-beginning', ...samePlace())} shows who there is`,
} as const

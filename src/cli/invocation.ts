import { relative } from 'node:path'

/** How the user calls us, for commands to copy: by npm in the repository, by name when installed. */
export function commandLine(...words: readonly string[]): string {
  const inRepository = process.argv[1]?.replaceAll('\\', '/').endsWith('src/cli/main.ts') === true
  const quoted = words.map(word =>
    /^[\w./:@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  )
  return [inRepository ? 'npm run -s cli --' : 'referral-router', ...quoted].join(' ')
}

/** A path as the user would write it from here. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}

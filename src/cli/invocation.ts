import { relative } from 'node:path'

/** How the user calls us, for commands to copy: by npm in the repository, by name when installed. */
export function commandLine(...words: readonly string[]): string {
  const inRepository = process.argv[1]?.replaceAll('\\', '/').endsWith('src/cli/main.ts') === true
  const quoted = words.map(word =>
    /^[\w./:@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  )
  return [inRepository ? 'npm run -s cli --' : 'referral-router', ...quoted].join(' ')
}

const placeOptions = ['--data', '--topic-prefix']

/** The options by which the user said where to look, for a command to copy that looks there too. */
export function samePlace(argv: readonly string[] = process.argv): string[] {
  return argv.flatMap((word, at) => {
    const [name = '', ...value] = word.split('=')
    if (!placeOptions.includes(name)) return []
    return word === name ? [name, argv[at + 1] ?? ''] : [name, value.join('=')]
  })
}

/** A path as the user would write it from here. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}

/** What the converters' command lines have in common. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Converter<Options> {
  readonly usage: string
  /** The options, or what is wrong with them. May throw what `parseArgs` does. */
  readOptions(args: string[]): Options | string
  /** Converts, and says in one line what came of it. */
  convertFiles(options: Options): Promise<string>
}

export type Run = (
  args: string[],
  print: (line: string) => void,
  complain: (line: string) => void,
) => Promise<0 | 1 | 2>

/** Exit status: 0 done, 1 a failure told in one line, 2 wrong usage. */
export function commandLine<Options extends object>(converter: Converter<Options>): Run {
  return async (args, print, complain) => {
    if (args.includes('--help')) {
      print(converter.usage)
      return 0
    }
    const options = read(converter, args)
    if (typeof options === 'string') {
      complain(`convert: ${options}`)
      complain(converter.usage)
      return 2
    }
    try {
      print(await converter.convertFiles(options))
      return 0
    } catch (error) {
      complain(`convert: ${words(error)}`)
      return 1
    }
  }
}

function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT' && 'path' in error)
    return `there is no ${error.path}; --from names the folder that holds it`
  return error.message
}

function read<Options>({ readOptions }: Converter<Options>, args: string[]): Options | string {
  try {
    return readOptions(args)
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  }
}

/** One `<name>.ndjson` a list, in a folder that is made if it isn't there. */
export async function writeLines(
  folder: string,
  files: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(folder, `${name}.ndjson`), lines.map(line => `${line}\n`).join(''))
}

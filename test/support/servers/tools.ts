import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Something installed on this machine, or in words why it is of no use. */
export type Tool =
  | { readonly ok: true; readonly command: string; readonly version: string }
  | { readonly ok: false; readonly why: string }

/** Java 17 or newer: JAVA_HOME's, else the first on the PATH. */
export async function findJava(): Promise<Tool> {
  const home = process.env.JAVA_HOME
  const own = home ? join(home, 'bin', 'java') : ''
  const command = own !== '' && existsSync(own) ? own : 'java'
  const version = javaVersion(await output(command, ['-version']))
  if (version === null) return { ok: false, why: 'no java on the PATH' }
  return version >= 17
    ? { ok: true, command, version: String(version) }
    : { ok: false, why: `java is version ${version}, 17 is the least` }
}

export async function findMaven(): Promise<Tool> {
  const version = /Apache Maven (\S+)/.exec((await output('mvn', ['-v', '-B'])) ?? '')?.[1]
  return version === undefined
    ? { ok: false, why: 'no mvn on the PATH' }
    : { ok: true, command: 'mvn', version }
}

/** Python 3.10 or newer, the first of the usual names that is one. */
export async function findPython(): Promise<Tool> {
  let why = 'no python3 on the PATH'
  for (const command of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const [, major, minor] = /^Python (\d+)\.(\d+)/.exec((await output(command, ['--version'])) ?? '') ?? []
    if (major === undefined) continue
    if (Number(major) === 3 && Number(minor) >= 10) return { ok: true, command, version: `${major}.${minor}` }
    why = `${command} is ${major}.${minor}, 3.10 is the least`
  }
  return { ok: false, why }
}

/** The feature release of `java -version`'s answer: 8 of `1.8.0_412`, 17 of `17.0.15`. */
export function javaVersion(answer: string | null): number | null {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(answer ?? '') ?? []
  if (first === undefined) return null
  return first === '1' ? Number(second) : Number(first)
}

/** Both streams together, since `java -version` answers on standard error; null when it can't be run. */
function output(command: string, parts: readonly string[]): Promise<string | null> {
  return new Promise(resolve => {
    execFile(command, [...parts], { timeout: 10_000 }, (error, out, err) => resolve(error ? null : out + err))
  })
}

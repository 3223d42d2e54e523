import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cached, cacheFolder } from './cache.ts'
import { runProcess } from './process.ts'
import { fetching } from './progress.ts'
import { findMaven, findPython, type Tool } from './tools.ts'

export const kafkaVersion = '4.1.1'
export const registryVersion = '2.6.13.Final'
export const secantusVersion = '0.7.0b3'

/** What shows that no Maven is needed. */
export const kafkaCached = () => join(cacheFolder(), kafkaFolder, kafkaJar)
export const registryCached = () => join(cacheFolder(), registryName, registryJar)

const kafkaFolder = `kafka-${kafkaVersion}`
const kafkaJar = `kafka_2.13-${kafkaVersion}.jar`
const registryName = `apicurio-registry-${registryVersion}`
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/**
 * The class path of Apache Kafka's server and its console tools (`org.apache.kafka.tools.ConsoleProducer` and so on), with
 * a logger that writes warnings to standard error; fetched by Maven when it isn't in the cache.
 */
export async function kafkaJars(): Promise<string> {
  const folder = await cached({
    name: kafkaFolder,
    sign: kafkaJar,
    fill: folder =>
      fetching(`Apache Kafka ${kafkaVersion} from Maven (about 50 MB)`, async () => {
        const work = join(folder, 'work')
        mkdirSync(work)
        writeFileSync(join(work, 'pom.xml'), kafkaPom())
        const copy = [`${dependencyPlugin}:copy-dependencies`, `-DoutputDirectory=${folder}`]
        await maven(work, [...copy, '-DincludeScope=runtime'])
        writeFileSync(
          join(folder, 'simplelogger.properties'),
          'org.slf4j.simpleLogger.defaultLogLevel=warn\n',
        )
      }),
  })
  return [folder, join(folder, '*')].join(delimiter)
}

/** The folder with Apicurio's registry. */
export async function registryFolder(): Promise<string> {
  return await cached({
    name: registryName,
    sign: registryJar,
    fill: folder =>
      fetching(`Apicurio registry ${registryVersion} from Maven (about 140 MB)`, async () => {
        const artifact = `io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`
        const unpack = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]
        const work = join(folder, 'work')
        mkdirSync(work)
        await maven(work, [`${dependencyPlugin}:copy`, ...unpack])
        const archive = `apicurio-registry-app-${registryVersion}-all.tar.gz`
        const log = join(work, 'tar.log')
        await runProcess({ command: 'tar', arguments: ['-xzf', archive], folder, log })
        await runProcess({ command: 'rm', arguments: [archive], folder, log })
      }),
  })
}

export const registryJar = `apicurio-registry-app-${registryVersion}-runner.jar`

/** The Python that has SecantusDB, a server of MongoDB's protocol. */
export function secantusPython(): Promise<string> {
  return pythonWith({ name: 'secantusdb', version: secantusVersion, what: 'SecantusDB', size: '50 MB' })
}

/** The Python that has Confluent's Kafka client. */
export function kafkaPython(): Promise<string> {
  return pythonWith({ name: 'confluent-kafka', version: '2.16.1', what: 'confluent-kafka', size: '5 MB' })
}

interface PythonPackage {
  readonly name: string
  readonly version: string
  readonly what: string
  readonly size: string
}

/** A Python in a folder of its own, with one package from PyPI. */
async function pythonWith({ name, version, what, size }: PythonPackage): Promise<string> {
  const python = await findPython()
  if (!python.ok) throw new Error(python.why)
  const place = `${process.platform}-${process.arch}-python${python.version}`
  const folder = await cached({
    name: `${name}-${version}-${place}`,
    // Of a removed Python only a dangling link is left, which does not count as being there.
    sign: 'bin/python',
    fill: folder =>
      fetching(`${what} ${version} from PyPI (about ${size})`, async () => {
        const log = join(folder, 'install.log')
        await runProcess({ command: python.command, arguments: ['-m', 'venv', folder], folder, log })
        const install = ['-m', 'pip', 'install', '--quiet', `${name}==${version}`]
        await runProcess({ command: join(folder, 'bin', 'python'), arguments: install, folder, log })
      }),
  })
  return join(folder, 'bin', 'python')
}

async function maven(folder: string, goals: readonly string[]): Promise<void> {
  const tool: Tool = await findMaven()
  if (!tool.ok) throw new Error(tool.why)
  await runProcess({
    command: tool.command,
    arguments: ['-q', '-B', ...goals],
    folder,
    log: join(folder, 'maven.log'),
  })
}

/** The server, the console tools, and one logger in place of none. */
export function kafkaPom(): string {
  const dependency = (group: string, artifact: string, version: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', kafkaVersion)}
    ${dependency('org.apache.kafka', 'kafka-tools', kafkaVersion)}
    ${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
  </dependencies>
</project>
`
}

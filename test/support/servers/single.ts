import { type ServerProcess, startProcess, tail } from './process.ts'
import { ready } from './ready.ts'

/** A life of one process: what `startMongo` and `startRegistry` have in common. */
export interface SingleServer {
  readonly origin: string
  /** Null while it is down. */
  id(): number | null
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void
  resume(): void
  /** SIGABRT: ends it, after what it has to say of that; resolves with the end of its log. */
  abort(): Promise<string>
  /** Starts it with the same data and port, after a kill if it is up. */
  restart(): Promise<void>
  /** Ends it and removes its data, unless it was to be kept. */
  stop(): Promise<void>
}

export interface SingleOptions {
  readonly label: string
  readonly origin: string
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly log: string
  readonly folder: { readonly path: string; remove(): void }
  /** Asks to stop and waits, for data that is kept; else it is killed, which is quicker. */
  readonly gently: boolean
  readonly ask: () => Promise<boolean>
}

export async function startSingle(options: SingleOptions): Promise<SingleServer> {
  const { label, origin, folder, gently, ask, ...rest } = options
  let server: ServerProcess | null = null
  const kill = async () => {
    await server?.kill()
    server = null
  }
  const start = async () => {
    await kill()
    server = await startProcess({ ...rest, folder: folder.path })
    await ready(label, server, ask)
  }
  const stop = async () => {
    if (gently) await server?.stop()
    await kill()
    folder.remove()
  }
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    origin,
    id: () => (server === null || server.ended() !== null ? null : server.id),
    kill,
    pause: () => server?.signal('SIGSTOP'),
    resume: () => server?.signal('SIGCONT'),
    abort: async () => {
      const hung = server
      if (hung === null) return ''
      await hung.stop(5000, 'SIGABRT')
      return tail(hung.log, 60)
    },
    restart: start,
    stop,
  }
}

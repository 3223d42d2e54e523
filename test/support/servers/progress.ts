/** One line for people, on standard error: vitest's report and the lines of `npm run servers` have the other. */
export function tell(line: string): void {
  process.stderr.write(`servers: ${line}\n`)
}

/** Says what is being fetched, every ten seconds that it still is, and how long it took. */
export async function fetching(what: string, work: () => Promise<void>): Promise<void> {
  const from = performance.now()
  const seconds = () => Math.round((performance.now() - from) / 1000)
  tell(`fetching ${what}, once`)
  const timer = setInterval(() => tell(`still fetching ${what}, ${seconds()} s`), 10_000)
  try {
    await work()
    tell(`fetched ${what} in ${seconds()} s`)
  } finally {
    clearInterval(timer)
  }
}

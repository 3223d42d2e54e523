/** ms without another lane after which those that came are told. */
const pause = 300

/** Tells of lanes that begin to run, those that come together in one line. */
export class LaneLines {
  readonly #print: (line: string) => void
  #came: string[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  running(lane: string): void {
    this.#came.push(lane)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.flush(), pause)
  }

  /** At once: something else is about to be told. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#came.length > 0) this.#print(`lanes running: ${inRanges(this.#came)}`)
    this.#came = []
  }
}

/** `router/rfis/0–3, 7; referral/referral-commands/1` */
export function inRanges(lanes: readonly string[]): string {
  const partitions = new Map<string, number[]>()
  for (const lane of lanes) {
    const at = lane.lastIndexOf('/')
    const name = lane.slice(0, at)
    partitions.set(name, [...(partitions.get(name) ?? []), Number(lane.slice(at + 1))])
  }
  return [...partitions].map(([name, numbers]) => `${name}/${rangesOf(numbers).join(', ')}`).join('; ')
}

function rangesOf(numbers: readonly number[]): string[] {
  const ranges: { first: number; last: number }[] = []
  for (const number of [...new Set(numbers)].sort((one, other) => one - other)) {
    const range = ranges.at(-1)
    if (range !== undefined && number === range.last + 1) range.last = number
    else ranges.push({ first: number, last: number })
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`))
}

/** ms without another change after which the lanes are told. */
const pause = 300

/** Tells in one line which lanes run, once a change of them has come to rest: all of them, not those that came. */
export class LaneLines {
  readonly #print: (line: string) => void
  #told = ''
  #now = ''
  #timer: NodeJS.Timeout | null = null

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  changed(lanes: Iterable<string>): void {
    this.#now = inRanges([...lanes])
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.flush(), pause)
  }

  /** What isn't told yet no longer matters. */
  drop(): void {
    this.#now = this.#told
    this.flush()
  }

  /** At once: something else is about to be told. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#now === this.#told) return
    this.#told = this.#now
    this.#print(`lanes running: ${this.#now === '' ? 'none' : this.#now}`)
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

/** The first figure that doesn't follow from what stands beside it. */
export interface Differs {
  readonly ok: false
  /** `considered[3].values.responsiveness`; `bytes` when every figure is right and the text is still another. */
  readonly where: string
  readonly recorded: unknown
  readonly computed: unknown
}

/** Ends the check at the first difference; never leaves `verifyReceipt`. */
export class Difference extends Error {
  readonly found: Differs

  constructor(found: Differs) {
    super(found.where)
    this.found = found
  }
}

export class Check {
  figures = 0

  same<T extends number | string | null>(where: string, recorded: unknown, computed: T): T {
    this.figures += 1
    if (recorded !== computed)
      throw new Difference({ ok: false, where, recorded: recorded ?? null, computed })
    return computed
  }

  sameList<T extends number | string>(where: string, recorded: readonly unknown[], computed: readonly T[]) {
    const length = Math.max(recorded.length, computed.length)
    for (let at = 0; at < length; at += 1)
      this.same(`${where}[${at}]`, recorded[at] ?? null, computed[at] ?? null)
    return computed
  }
}

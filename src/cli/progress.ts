import { grouped } from './text.ts'
import { endWaiting } from './waiting.ts'
import { cutTo } from './width.ts'

export interface Progress {
  /** `done` of the total, and what to say about it. */
  to(done: number, note?: string): void
  /** Takes the bar off the screen. */
  end(): void
}

export const noProgress: Progress = { to: () => undefined, end: () => undefined }

const pause = 100
const cells = 24

/** A bar on standard error when that is a terminal; nothing otherwise. Without a total it only counts. */
export function progressOf(what: string, total: number | null): Progress {
  const { stderr } = process
  if (!stderr.isTTY) return noProgress
  endWaiting()
  let last = 0
  return {
    to(done, note = '') {
      const now = Date.now()
      if (now - last < pause) return
      last = now
      const part = total === null || total === 0 ? null : Math.min(1, done / total)
      const filled = Math.round((part ?? 0) * cells)
      const bar =
        part === null
          ? grouped(done)
          : `${'█'.repeat(filled)}${'░'.repeat(cells - filled)} ${Math.floor(part * 100)} %`
      const text = `${what} ${bar}${note === '' ? '' : `  ${note}`}`
      stderr.write(`\r\x1b[2K${cutTo(text, (stderr.columns || 80) - 1)}`)
    },
    end() {
      if (last > 0) stderr.write('\r\x1b[2K')
    },
  }
}

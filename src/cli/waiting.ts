/** ms until a command that says nothing shows that it lives, and between two signs of it. */
const patience = 1000
const pause = 500

let timer: NodeJS.Timeout | null = null
let isShown = false

/**
 * For people at a terminal: how long a command has been at it, from its first second until it says something itself. On
 * standard error, and nothing where that goes elsewhere.
 */
export function showWaiting(what: string): void {
  if (!process.stderr.isTTY) return
  const started = Date.now()
  const show = () => {
    isShown = true
    process.stderr.write(`\r\x1b[2K${what} … ${Math.floor((Date.now() - started) / 1000)} s`)
    timer = setTimeout(show, pause)
    timer.unref()
  }
  timer = setTimeout(show, patience)
  timer.unref()
}

/** Before anything else is written. */
export function endWaiting(): void {
  if (timer !== null) clearTimeout(timer)
  timer = null
  if (isShown) process.stderr.write('\r\x1b[2K')
  isShown = false
}

import type { Logger } from '../../ports/logger.ts'
import type { EmbeddedStore } from './store.ts'

/** ms */
const hour = 3_600_000

/**
 * Removes what is due now, and then every hour for as long as the process lives, which it doesn't prolong: what a
 * database server does by itself. One that can't be done is told, and done an hour later. Returns what ends it.
 */
export async function keepExpiring(
  store: Pick<EmbeddedStore<never>, 'expire'>,
  { logger, now }: { readonly logger: Logger; readonly now: () => number },
): Promise<() => void> {
  const expire = async () => {
    try {
      const removed = await store.expire(now())
      if (removed > 0) logger.info({ removed }, 'expired-removed')
    } catch (error) {
      logger.warn({ error: String(error) }, 'expired-not-removed')
    }
  }
  await expire()
  const timer = setInterval(() => void expire(), hour).unref()
  return () => clearInterval(timer)
}

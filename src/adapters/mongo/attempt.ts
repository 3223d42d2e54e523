import { PortError } from '../../ports/errors.ts'
import type { Connection } from './client.ts'
import { Doubt } from './doubt.ts'
import { isUnknown, portError } from './errors.ts'

/** Turns what the driver throws into what the port may; `what` tells calls apart. */
export type Attempt = <T>(what: string, work: () => Promise<T>) => Promise<T>

/** Connects first if need be. Errors that nobody knows are waited out for a while: see `Doubt`. */
export function attempting(
  connection: Pick<Connection, 'reach' | 'place'>,
  doubt: Doubt = new Doubt(),
): Attempt {
  return async (what, work) => {
    try {
      await connection.reach()
      const answer = await work()
      doubt.passed(what)
      return answer
    } catch (error) {
      const told = portError(error, connection.place)
      throw isUnknown(error) && told instanceof PortError ? doubt.judge(what, told) : told
    }
  }
}

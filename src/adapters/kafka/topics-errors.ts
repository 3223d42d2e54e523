import { misconfigured, type PortError } from '../../ports/errors.ts'
import { isType, portError } from './errors.ts'

/** What the cluster may say to new topics and partitions, by Kafka's names. */
const refusals: Readonly<Record<string, string>> = {
  INVALID_REPLICATION_FACTOR:
    'there are not enough brokers for that replication; start them, or ask for less',
  INVALID_PARTITIONS: 'the cluster does not take that number of partitions',
  INVALID_CONFIG: 'the cluster does not take these settings',
  REASSIGNMENT_IN_PROGRESS: 'partitions are being moved between brokers; let that end first',
}

/** What a call about topics failed with. */
export function topicsError(what: string, error: unknown): PortError {
  const refusal = Object.keys(refusals).find(type => isType(error, type))
  return refusal === undefined
    ? portError(what, error)
    : misconfigured(`${what}: ${refusals[refusal]}`, error)
}

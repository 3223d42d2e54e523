import type { Codec } from '../ports/codec.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { Collections } from '../roles/collections.ts'
import { unreadableValues } from './deployment.ts'
import { changedLayout } from './layouts.ts'

/**
 * What a worker made sure of before it started and may have changed under it, asked when a lane starts: workers that come
 * and partitions that are added make all lanes of a role start again. One line for the operator, null when all is well.
 */
export async function obstacleTo(
  topic: string,
  {
    log,
    store,
    codec,
  }: {
    readonly log: Pick<Log, 'partitions'>
    readonly store: Pick<Store<Collections>, 'get'>
    readonly codec: Pick<Codec, 'contentType'>
  },
): Promise<string | null> {
  return (await unreadableValues(codec, store)) ?? changedLayout(topic, { log, store })
}

import type { Config } from '../ops/config.ts'
import type { Backend, BackendOptions } from './backend.ts'
import { Failure } from './failure.ts'

export async function openServers(_config: Config, _options: BackendOptions): Promise<Backend> {
  throw new Failure('not yet')
}

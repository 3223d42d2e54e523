import { BSON } from 'mongodb'
import { PortError } from '../../ports/errors.ts'
import type { Step } from './writes.ts'

/** Says which of the documents it is: the server and the driver don't. */
export function documentTooLarge(place: string, steps: readonly Step[]): PortError {
  let largest = { size: 0, name: 'a document' }
  for (const { collection, id, model } of steps) {
    if (model.name === 'deleteOne') continue
    const size = BSON.calculateObjectSize(model.name === 'insertOne' ? model.document : model.replacement)
    if (size > largest.size) largest = { size, name: `${collection} ${JSON.stringify(id)}` }
  }
  const message = `${place} holds no document over 16 MiB, and ${largest.name} takes ${largest.size} bytes`
  return new PortError('corrupt', message, { retryable: false })
}

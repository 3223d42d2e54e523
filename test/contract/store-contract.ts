import { journalCases } from './store-journal.ts'
import { positionCases } from './store-positions.ts'
import { queryCases } from './store-queries.ts'
import type { StoreCase } from './store-sample.ts'
import { writeCases } from './store-writes.ts'

/** What every store must do. An adapter's test runs each case with its factory. */
export const storeContract: readonly StoreCase[] = [
  ...positionCases,
  ...writeCases,
  ...journalCases,
  ...queryCases,
]

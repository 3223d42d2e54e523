import { describe, test } from 'vitest'
import { embeddedLog, embeddedStore } from './embedded-bed.ts'
import { logContract } from './log-contract.ts'
import { storeContract } from './store-contract.ts'

describe('the embedded store', () => {
  for (const { name, run } of storeContract) test(name, () => run(embeddedStore))
})

describe('the embedded log', () => {
  for (const { name, run } of logContract) test(name, () => run(embeddedLog))
})

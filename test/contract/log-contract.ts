import type { LogCase } from './log-bed.ts'
import { consumingCases } from './log-consuming.ts'
import { recordCases } from './log-records.ts'

/** What every log must do. An adapter's test runs each case with its factory. */
export const logContract: readonly LogCase[] = [...recordCases, ...consumingCases]

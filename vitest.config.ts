import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { patience } from './test/support/servers/eventually.ts'

const folders = ['src', 'test', 'examples']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: folders.map(folder => `${folder}/**/*.test.ts`),
          exclude: ['**/*.live.test.ts', '**/node_modules/**'],
          testTimeout: 30_000 * patience,
          // One more than vitest takes where there are two cores, which is one.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        // Against real servers, which its global setup finds or starts: only when such a file is in the run.
        test: {
          name: 'live',
          include: folders.map(folder => `${folder}/**/*.live.test.ts`),
          globalSetup: ['test/support/servers/global-setup.ts'],
          testTimeout: 60_000 * patience,
          hookTimeout: 120_000 * patience,
          // After the others and one at a time: servers want the processor too, and sessions time out without it.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          // A machine that stalls for seconds fails a session or a deadline, which says nothing about the worker.
          retry: 2,
        },
      },
    ],
  },
})

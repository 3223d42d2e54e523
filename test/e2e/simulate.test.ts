import { afterAll, expect, test } from 'vitest'
import { digest } from '../../scripts/digest.ts'
import { sampleHistory, simulate, temporaryFolder } from '../support/simulated.ts'

const folders = [temporaryFolder(), temporaryFolder()] as const
afterAll(() => {
  for (const folder of folders) folder.remove()
})

test('the same history gives the same bytes in every read model and topic', async () => {
  const history = sampleHistory().slice(0, 1200)
  for (const { path } of folders) {
    const statuses = await simulate(path, history, async ({ store }) =>
      store.countBy('referrals', 'profileId', {}),
    )
    expect(statuses.size).toBeGreaterThan(10)
  }
  const [first, second] = [await digest(folders[0].path), await digest(folders[1].path)]
  expect(second).toEqual(first)
}, 60_000)

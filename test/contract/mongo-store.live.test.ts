import { expect, test } from 'vitest'
import { liveDescribe, servers } from '../support/servers/servers.ts'
import { mongoStore } from './mongo-bed.ts'
import { storeContract } from './store-contract.ts'

liveDescribe('the store on MongoDB', { needs: ['mongodb'] }, () => {
  test.each(storeContract)('$name', ({ run }) => run(() => mongoStore(servers().mongodbUri)))
  test('has cases', () => expect(storeContract.length).toBeGreaterThan(30))
})

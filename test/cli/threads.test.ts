import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { explain } from '../../src/cli/explain-error.ts'
import { RoleThread, type RoleThreadOptions } from '../../src/cli/threads.ts'
import { readConfig } from '../../src/ops/config.ts'
import { PortError } from '../../src/ports/errors.ts'
import { silent } from '../../src/ports/logger.ts'
import { temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

function threadOn(data: string): RoleThread {
  const reading = readConfig({ environment: {}, flags: { data } })
  if (!reading.ok) throw new Error(reading.problems.join('; '))
  const { config } = reading
  const member = { index: 0, of: 1 }
  const options: RoleThreadOptions = {
    roles: ['directory'],
    member,
    config,
    eventTime: false,
    holder: 'test',
  }
  return new RoleThread(options, silent)
}

it('tells why a thread can not go on as it would be told without threads', async () => {
  const data = join(folder.path, 'corrupt')
  mkdirSync(data)
  writeFileSync(join(data, 'router.db'), 'no database at all, '.repeat(500))
  const error = await threadOn(data)
    .run()
    .catch((error: unknown) => error)
  expect(error).toBeInstanceOf(PortError)
  expect(error).toMatchObject({ code: 'corrupt', retryable: false })
  expect(explain(error).message).toMatch(
    /router\.db.*; restore the folder from a backup, or name another with --data$/,
  )
})

it('keeps the code of an error of the system', async () => {
  const data = join(folder.path, 'file')
  writeFileSync(data, '')
  const error = await threadOn(join(data, 'inside'))
    .run()
    .catch((error: unknown) => error)
  expect(explain(error).message).not.toContain('a bug')
})

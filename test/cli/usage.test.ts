import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { run, temporaryFolder } from './run.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const missing = join(folder.path, 'missing')
const data = ['--data', missing]

const wrong: [string[], RegExp][] = [
  [[], /^Usage: referral-router/],
  [['demmo'], /unknown command 'demmo'.*demo/s],
  [['help', 'demmo'], /unknown command 'demmo'.*demo/s],
  [['dead-letters', ...data], /unknown option '--data'\nusage: .* list\|show\|redrive/],
  [['status', '--colour'], /unknown option '--colour'/],
  [['rfi'], /missing required argument 'rfiId'/],
  [['produce', 'rfi', '-', ...data], /no topic "rfi", did you mean rfis\?; there are partner-profiles, /],
  [['consume', 'nonsense', ...data], /no topic "nonsense"; there are partner-profiles, /],
  [['consume', 'rfis', '--max', '0', ...data], /a whole number from 1/],
  [['inbox', 'p', '--tab', 'new,old', ...data], /Some of new, active, archived, favorites/],
  [['worker', '--roles', 'router,king', ...data], /Some of directory, router/],
  [['funnel', '--by', 'moon', ...data], /channel, country, size, month/],
  [['simulate', ...data], /required option '--in <dir>'/],
  [['status', '--log-level', 'loud', ...data], /debug, info, warn/],
  [['lanes', 'resume', ...data], /name one lane, or say --all or --role <role>/],
  [['lanes', 'resume', 'router/rfis/0', '--all', ...data], /name one lane, or say --all/],
  [['lanes', 'resume', '--role', 'router', '--at', '3', ...data], /--at is a place in one lane/],
  [['lanes', 'resume', '--role', 'king', ...data], /directory, router/],
]

const failing: [string[], RegExp][] = [
  [['status', ...data], /there is no data folder at .*missing; name one that a worker/],
  [['rfi', 'x', ...data], /there is no data folder/],
  [['produce', 'rfis', join(missing, 'x'), ...data], /can't be read: ENOENT.*; name a file/],
  [['simulate', '--in', missing, ...data], /there is no .*rfis.ndjson; --in names the folder/],
]

describe.concurrent('the command line', () => {
  it.each(wrong)('%j is wrong usage', async (words, message) => {
    const { code, stdout, stderr } = await run(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n {4}at /)
  })

  it.each(failing)('%j fails in one line', async (words, message) => {
    const { code, stdout, stderr } = await run(words)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('says all that is wrong with the environment', async () => {
    const environment = { ROUTER_DTA: 'x', ROUTER_PARTITIONS: 'four' }
    const { code, stderr } = await run(['status'], { environment })
    expect(code).toBe(2)
    expect(stderr).toBe(
      'referral-router: ROUTER_DTA is not a setting; did you mean ROUTER_DATA?\n' +
        'referral-router: ROUTER_PARTITIONS is "four", expected a whole number from 1 to 800\n',
    )
  })

  it('wants both servers or none, unless a flag names a folder', async () => {
    const environment = { KAFKA_BROKERS: 'localhost:9092' }
    const { code, stderr } = await run(['worker'], { environment })
    expect(code).toBe(1)
    expect(stderr).toMatch(/KAFKA_BROKERS is set and MONGODB_URI is not; set both/)
    expect((await run(['status', ...data], { environment })).stderr).toMatch(/there is no data folder at/)
  })

  it('lets the demo take no folder but its own', async () => {
    const other = join(folder.path, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'precious'), 'x')
    const { code, stderr } = await run(['demo', '--data', other])
    expect(code).toBe(1)
    expect(stderr).toMatch(/is not empty, and not the demo's; choose another folder/)
  })

  it('lists every command', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  })

  it.each(commands.map(({ name }) => name))('%s has --help with --json and --data', async name => {
    const { code, stdout } = await run([name, '--help'])
    expect(code).toBe(0)
    // Those that have commands of their own say it there.
    const own = stdout.split('\nCommands:\n')[1]?.matchAll(/^ {2}(?!help )(\S+)/gm) ?? []
    const words = [...own].map(([, word]) => [name, word ?? ''])
    for (const one of words.length === 0 ? [[name]] : words) {
      const help = await run([...one, '--help'])
      expect(help.code).toBe(0)
      // A history is read from files, and nothing of the worker's own.
      const place = name === 'replay' ? '--in <dir>' : '--data <dir>'
      for (const option of ['--json', '--help', place]) expect(help.stdout).toContain(option)
    }
  })

  it('tells its version', async () => {
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

describe('produce', () => {
  it('keeps to the topics that others send to, unless told otherwise', async () => {
    const refused = await run(['produce', 'referral-status', '-', '--data', join(folder.path, 'own')], {
      input: '{}\n',
    })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(
      /written by the worker itself; input goes to partner-profiles, ranking-weights, rfis, referral-commands/,
    )
    const words = ['produce', 'referral-status', '-', '--any-topic', '--data', join(folder.path, 'own')]
    const own = join(folder.path, 'own')
    expect(await run(words, { input: '{}\n' })).toEqual({
      code: 0,
      stdout: `sent 1 record to referral-status in ${own}; 1 malformed\n`,
      stderr: `made ${own}; no worker runs there yet\nline 1: without "partnerId", the text that is its key\n`,
    })
    const pretty = await run(['produce', 'rfis', '-', '--data', own], { input: '{"rfiId": "a"}\n\n{\n}\n' })
    expect(pretty.stdout).toContain('sent 3 records')
    expect(pretty.stderr).toMatch(
      /^no worker runs on .*: what is sent waits for the next\nline 2: no JSON value .*jq -c/,
    )
    expect((await run(words, { input: '{}\n' })).stderr).not.toContain('made')
    const byHand = join(folder.path, 'by-hand.json')
    writeFileSync(byHand, `${JSON.stringify({ rfiId: 'b', need: { keywords: ['x'] } }, null, 2)}\n`)
    const { stdout } = await run(['produce', 'rfis', byHand, '--data', own])
    expect(stdout, 'a file that is one object is one record').toBe(`sent 1 record to rfis in ${own}\n`)
  })
})

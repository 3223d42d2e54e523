import { join } from 'node:path'

/** What a data folder holds, by topic, collection and journal, in bytes for each of so many RFIs. */
export async function bytesPerRfi(
  directory: string,
  rfis: number,
): Promise<readonly (readonly [string, number])[]> {
  const { DatabaseSync } = await import('node:sqlite')
  const source = new DatabaseSync(join(directory, 'router.db'), { readOnly: true })
  const sum = (sql: string, ...values: number[]): number =>
    Number((source.prepare(sql).get(...values) as { bytes: number | null }).bytes ?? 0) / rfis
  const topics = source.prepare('SELECT name, partitions, first_number FROM log_topics').all() as {
    name: string
    partitions: number
    first_number: number
  }[]
  const tables = source
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%(id TEXT PRIMARY KEY%'")
    .all() as { name: string }[]
  const rows = [
    ...topics.map(({ name, partitions, first_number }) => [
      `topic ${name}`,
      sum(
        `SELECT sum(ifnull(length(value), 0) + ifnull(length(headers), 0)) AS bytes FROM log_records WHERE id >= ? AND id < ?`,
        first_number * 2 ** 40,
        (first_number + partitions) * 2 ** 40,
      ),
    ]),
    ...tables.map(({ name }) => [name, sum(`SELECT sum(length(document)) AS bytes FROM "${name}"`)]),
    ['journal', sum('SELECT sum(length(records)) AS bytes FROM journal_records')],
  ] as const
  source.close()
  return rows
    .map(([name, bytes]) => [String(name), Math.round(Number(bytes))] as const)
    .filter(([, bytes]) => bytes > 0)
}

/** `29/2/2016 01:16` as ms since 1970, or undefined. The file names no zone: its clock is taken for UTC. */
export function readMoment(text: string): number | undefined {
  const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/.exec(text)
  if (parts === null) return undefined
  const [day, month, year, hour, minute] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const moment = Date.UTC(year, month - 1, day, hour, minute)
  const back = new Date(moment)
  return back.getUTCDate() === day && back.getUTCMonth() === month - 1 && hour < 24 && minute < 60
    ? moment
    : undefined
}

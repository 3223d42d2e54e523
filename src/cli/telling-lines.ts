import { type ConsideredOnReceipt, type Receipt, reasonsOnReceipt } from '../ranking/receipt.ts'

/** By feature, fit first, then what sets a row apart most from the others that were considered. */
export function bySignificance(receipt: Receipt, row: ConsideredOnReceipt): Record<string, string> {
  const reasons = reasonsOnReceipt(receipt, row)
  const others = Math.max(1, receipt.considered.length)
  const order = receipt.features
    .map(({ name }, at) => {
      const usual = receipt.considered.reduce((sum, each) => sum + (each.contributions[at] ?? 0), 0) / others
      return { name, apart: Math.abs((row.contributions[at] ?? 0) - usual) }
    })
    .sort(
      (one, other) =>
        Number(other.name === 'relevance') - Number(one.name === 'relevance') || other.apart - one.apart,
    )
  return Object.fromEntries(order.map(({ name }) => [name, reasons[name] ?? '']))
}

/** The first lines of those, each once. */
export function tellingLines(why: Readonly<Record<string, string>>, most: number): string[] {
  return [...new Set(Object.values(why))].slice(0, most)
}

/** The oldest major version of Node we run on: `node:sqlite` as it is there, and the sources as they are. */
export const oldestNode = 24

/** @param version - as in `process.versions.node` */
export function isTooOld(version: string): boolean {
  return Number.parseInt(version, 10) < oldestNode
}

/** The database in its path; who logs in goes on doing so where they did before. */
export function withDatabase(uri: string, database: string): string {
  const [, hosts, former, query = ''] =
    /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri) ?? []
  if (hosts === undefined) throw new Error('not a MongoDB address')
  const login = hosts.includes('@') && !/(^|&)authSource=/i.test(query)
  const options = [query, login ? `authSource=${former || 'admin'}` : '']
    .filter(part => part !== '')
    .join('&')
  return `${hosts}/${database}${options === '' ? '' : `?${options}`}`
}

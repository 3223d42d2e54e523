/** `host:port` each; empty when one of them is none, since a client would only say so much later. */
export function brokersOf(text: string): string[] {
  const brokers = text.split(',').map(broker => broker.trim())
  return brokers.every(isAddress) ? brokers : []
}

function isAddress(text: string): boolean {
  const [, port] = /^(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(text) ?? []
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536
}

/** Null for one that a driver can take apart. */
export function mongoUriFault(uri: string): string | null {
  return /^mongodb(\+srv)?:\/\/[^/\s]+(\/|\?|$)/.test(uri) ? null : 'not a MongoDB address'
}

/** Names and passwords have variables of their own: an address is logged. */
export function isUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
}

/** For people: where the database is, without who may use it. */
export function mongoPlace(uri: string): string {
  return uri.replace(/^(mongodb(?:\+srv)?:\/\/)[^/@]*@/, '$1').replace(/\?.*$/, '')
}

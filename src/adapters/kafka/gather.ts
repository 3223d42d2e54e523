/**
 * Shares answers without ever giving an old one: calls for the same key within `window` ms wait together for one load
 * that begins after all of them.
 */
export function gathering<T>(window: number, load: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const gathered = new Map<string, Promise<T>>()
  return key => {
    const waiting = gathered.get(key)
    if (waiting !== undefined) return waiting
    const answer = new Promise<void>(resolve => setTimeout(resolve, window)).then(() => {
      gathered.delete(key)
      return load(key)
    })
    gathered.set(key, answer)
    return answer
  }
}

/**
 * A stemmer for German after the steps that Snowball's description gives
 * (https://snowballstem.org/algorithms/german/stemmer.html), less what folding makes needless: umlauts and ß may be
 * there or not, the stem has none.
 */
export function stemGerman(word: string): string {
  const plain = word
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\u0308/g, '')
    .normalize('NFC')
  const first = regionAfter(plain, 0)
  // Stems shorter than three letters would throw unlike words together.
  const one = Math.max(first, 3)
  const two = regionAfter(plain, first)
  return dropDerivation(dropSecondEnding(dropInflection(plain, one), one), one, two)
}

/** Where the part begins that follows the first consonant after a vowel; the word's length when there is none. */
function regionAfter(word: string, from: number): number {
  const match = /[aeiouy][^aeiouy]/.exec(word.slice(from))
  return match === null ? word.length : from + match.index + 2
}

function dropInflection(word: string, one: number): string {
  const ending = /(?:ern|em|er|en|es|e)$/.exec(word)?.[0]
  if (ending !== undefined) {
    if (word.length - ending.length < one) return word
    const rest = word.slice(0, -ending.length)
    return /^e[ns]?$/.test(ending) && rest.endsWith('niss') ? rest.slice(0, -1) : rest
  }
  return /[bdfghklmnrt]s$/.test(word) && word.length - 1 >= one ? word.slice(0, -1) : word
}

function dropSecondEnding(word: string, one: number): string {
  const ending = /(?:est|en|er)$/.exec(word)?.[0]
  if (ending !== undefined) return word.length - ending.length >= one ? word.slice(0, -ending.length) : word
  return /^.{3,}[bdfghklmnt]st$/.test(word) && word.length - 2 >= one ? word.slice(0, -2) : word
}

function dropDerivation(word: string, one: number, two: number): string {
  const ending = /(?:heit|keit|lich|isch|ung|end|ig|ik)$/.exec(word)?.[0]
  if (ending === undefined || word.length - ending.length < two) return word
  const rest = word.slice(0, -ending.length)
  if (/^(?:ig|ik|isch)$/.test(ending)) return rest.endsWith('e') ? word : rest
  if (/^(?:end|ung)$/.test(ending)) return dropTail(rest, /(?<!e)ig$/, two)
  if (ending === 'keit') return dropTail(rest, /(?:lich|ig)$/, two)
  return dropTail(rest, /(?:er|en)$/, one)
}

function dropTail(word: string, tail: RegExp, region: number): string {
  const index = word.search(tail)
  return index >= region ? word.slice(0, index) : word
}

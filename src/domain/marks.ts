/** Joiners, soft hyphens, marks of direction, fillers: what nobody sees (https://www.unicode.org/reports/tr44/). */
const unseen = /\p{Default_Ignorable_Code_Point}+/gu

/** Text as it looks: what is written with something unseen inside is the same word. */
export function asSeen(text: string): string {
  return text.replace(unseen, '')
}

/** As many as Unicode's stream-safe text allows (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format). */
const most = 30

// The two halfwidth Katakana marks are letters until they are normalized.
const pile = new RegExp(`([\\p{M}\\uff9e\\uff9f]{${most}})[\\p{M}\\uff9e\\uff9f]+`, 'gu')

/**
 * Text with no more than 30 marks on one letter, which no language comes near. To normalize is to sort the marks of each
 * letter, in a time that grows with the square of their number: 250 kB of them take seconds.
 */
export function withoutPiles(text: string): string {
  return text.length <= most ? text : text.replace(pile, '$1')
}

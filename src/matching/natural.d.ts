/** The stemmers are CommonJS files without types of their own; the package's root is never imported. */
declare module 'natural/lib/natural/stemmers/*' {
  const stemmer: { stem(word: string): string }
  export = stemmer
}

import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { fc } from '../../test/support/property.ts'
import { stemmedLanguages, stemOf } from './stemmers.ts'
import { formsOf, wordsOf } from './tokens.ts'

describe('wordsOf', () => {
  it.each([
    ['stems', 'en', 'Consultants consulting, services', ['consult', 'servic']],
    ['each word once, in order', 'en', 'cloud backup cloud', ['cloud', 'backup']],
    ['no function words', 'en', 'the Internet of Things', ['internet', 'thing']],
    ['capitals are a trade', 'en', 'IT services: it is', ['it', 'servic']],
    [
      'marks inside words',
      'en',
      "company's node.js U.S.A. e.g. 3.5",
      ['compani', 'node', 'js', 'usa', 'eg', '3 5'],
    ],
    ['hyphens and ampersands part', 'en', 'e-commerce R&D', ['e', 'commerc', 'r', 'd']],
    ['compatibility forms', 'en', 'ＡＺＵＲＥ ﬁnance', ['azur', 'financ']],
    ['digits are not stemmed', 'en', 'Dynamics365 ISO9001', ['dynamics365', 'iso9001']],
    ['elisions', 'fr', "l'industrie d’aujourd’hui qu'elle", ['industr', 'aujourd', 'hui']],
    ['accents or not', 'fr', 'ENTREPÔTS entrepots', ['entrepot']],
    ['accents or not', 'pt', 'logística LOGISTICA', ['logist']],
    ['umlauts, ß and endings', 'de', 'Lösungen Losung Gießerei', ['losung', 'giesserei']],
    ['derived words', 'de', 'Beratung, Beratungen, Berater', ['berat']],
    ['Spanish', 'es', 'almacenes y el almacén', ['almacen']],
    ['Italian', 'it', "magazzini dell'impresa magazzino", ['magazzin', 'impres']],
    ['Dutch', 'nl', 'het magazijn en de magazijnen', ['magazijn']],
    ['Swedish', 'sv', 'tjänster och tjänsten', ['tjanst']],
    ['Russian', 'ru', 'склады и услуги, склад', ['склад', 'услуг']],
    ['Ukrainian', 'uk', 'склади та послуги', ['склад', 'послуг']],
    ['Greek without tonos, either sigma', 'el', 'ΑΠΟΘΗΚΗ αποθήκη λόγος', ['αποθηκη', 'λογοσ']],
    ['Turkish dotless i', 'tr', 'YAZILIM yazılım', ['yazilim']],
    [
      'Japanese by dictionary',
      'ja',
      '在庫管理システムの導入、Azureへの移行',
      ['在庫', '管理', 'システム', '導入', 'azure', '移行'],
    ],
    ['dakuten stay', 'ja', 'ガス', ['ガス']],
    ['Chinese', 'zh', '库存管理系统', ['库存', '管理', '系统']],
    ['Thai', 'th', 'คลังสินค้าอัตโนมัติ', ['คลัง', 'สินค้า', 'อัตโนมัติ']],
    ['Arabic', 'ar', 'إدارة المخزون', ['إدارة', 'المخزون']],
    ['other scripts are left alone by a stemmer', 'en', 'услуги services', ['услуги', 'servic']],
    ['a language without rules', 'hu', 'raktárak', ['raktarak']],
    ['nothing said', 'en', ' … — !! 🚚 ', []],
  ])('%s (%s)', (_, language, text, words) => {
    expect(wordsOf(text, language)).toEqual(words)
  })

  it('takes any text, and gives folded words each once', () => {
    const languages = [...stemmedLanguages, 'ja', 'xx']
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), lone)
    fc.assert(
      fc.property(text, fc.constantFrom(...languages), (raw, language) => {
        const words = wordsOf(raw, language)
        expect(new Set(words).size).toBe(words.length)
        for (const word of words) {
          expect(word).not.toBe('')
          expect(word.isWellFormed()).toBe(true)
        }
        expect(wordsOf(raw, language)).toEqual(words)
      }),
    )
  })

  it('cuts what is no word of any language, and forgets it when there is too much', () => {
    expect(wordsOf('a'.repeat(200_000), 'en')[0]?.length).toBeLessThanOrEqual(64)
    const many = Array.from({ length: 120_000 }, (_, index) => `w${index}`)
    expect(wordsOf(many.join(' '), 'en')).toEqual(many)
    expect(wordsOf('consultants', 'en')).toEqual(['consult'])
  })
})

describe('formsOf', () => {
  it.each([
    [
      'an RFI in Portuguese and a tag of no known language in Portugal',
      'consultoria',
      ['pt'],
      'Consultoria',
      ['pt'],
    ],
    ['another inflection', 'magazijnen', ['nl'], 'magazijn', ['nl', 'fr', 'de']],
    ['English in a foreign locale', 'lean manufacturing', ['pt'], 'manufacturing', ['en']],
    ['no language known on either side', 'складська логістика', [], 'логістика', ['uk']],
    ['two words with one stem keep both surfaces', 'consultants consulting', ['en'], 'consulting', ['ja']],
  ])('lets words meet: %s', (_, text, languages, tag, others) => {
    const forms = new Set(formsOf(text, languages).flat())
    expect(formsOf(tag, others).some(word => word.some(form => forms.has(form)))).toBe(true)
  })

  it('gives terms: the stem first, the surface form too', () => {
    expect(formsOf('Beratungen', ['de', 'fr'])).toEqual([['word:berat', 'word:beratungen']])
  })
})

describe('stemOf', () => {
  it.each([...stemmedLanguages])('never fails and never empties a word: %s', language => {
    const letters = ['ru', 'uk'].includes(language)
      ? 'абвгдеийклмнопрстуцчшщыьэюяіїє'
      : 'abcdeghilmnorstuyzáãçéêíñóõöüåß'
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 64 }), word => {
        expect(stemOf(word, language)).not.toBe('')
      }),
    )
  })

  it('loads stemmers alone: neither the package root nor its stop words of all languages nor .env', () => {
    const loaded = Object.keys(createRequire(import.meta.url).cache).map(file => file.replaceAll('\\', '/'))
    expect(loaded.some(file => file.endsWith('/stemmers/porter_stemmer_pt.js'))).toBe(true)
    expect(
      loaded.filter(file => /natural\/index\.js|stopwords-iso|dotenv|wordnet|mongoose/.test(file)),
    ).toEqual([])
  })
})

const lone = fc.array(fc.constantFrom('\ud800', '\udc00', 'a', ' ', "'", '.')).map(parts => parts.join(''))

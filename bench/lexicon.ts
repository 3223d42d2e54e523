import { between, type Random, seeded } from './random.ts'

/** What text of a language is made of: words of trade, the commonest first, and the little words between them. */
export interface Lexicon {
  readonly words: readonly string[]
  /** Words of any text that no tag has. */
  readonly generalWords: readonly string[]
  readonly littleWords: readonly string[]
}

interface Sounds {
  readonly common: string
  readonly little: string
  readonly starts: string
  readonly middles: string
  readonly ends: string
}

const sounds: { readonly [language: string]: Sounds } = {
  en: {
    common:
      'cloud migration inventory finance consulting analytics security manufacturing warehouse reporting support',
    little: 'we are looking for a partner to help us with the of our and in that',
    starts: 'b br c cl d f g l m n p pl r s st t tr w',
    middles: 'a e i o u ea ai oo',
    ends: 'ng ck ter tion ment ness ship ling red ps t n',
  },
  de: {
    common:
      'Beratung Lagerverwaltung Cloud Buchhaltung Fertigung Sicherheit Auswertung Schulung Umzug Steuerung',
    little: 'wir suchen einen Partner für die der und mit unserer bei auf das',
    starts: 'b br d f g h k kr l m n p r s sch st t w z',
    middles: 'a e i o u ei au ü ä ö',
    ends: 'ung heit keit er en lich ig tel nis t n',
  },
  fr: {
    common: 'conseil logistique finance entrepôt fabrication sécurité données formation intégration pilotage',
    little: 'nous cherchons un partenaire pour la de nos et les dans une avec',
    starts: 'b c ch d f g j l m n p pr r s t v',
    middles: 'a e é i o ou u ai eau',
    ends: 'tion ment age eur ique ance té s re l',
  },
  es: {
    common:
      'consultoría logística almacén fabricación seguridad datos formación integración contabilidad nube',
    little: 'buscamos un socio para la de nuestros y los en una con que',
    starts: 'b c d f g h j l m n p r s t v',
    middles: 'a e i o u ue ia á ó',
    ends: 'ción dad miento ista ero ra les nto s',
  },
  it: {
    common:
      'consulenza logistica magazzino produzione sicurezza dati formazione integrazione contabilità cloud',
    little: 'cerchiamo un partner per la di nostri e gli in una con che',
    starts: 'b c d f g l m n p qu r s t v z',
    middles: 'a e i o u io ia uo',
    ends: 'zione tà mento ista tore lo ni re',
  },
  pt: {
    common: 'consultoria logística armazém produção segurança dados formação integração contabilidade nuvem',
    little: 'procuramos um parceiro para a de nossos e os em uma com que',
    starts: 'b c d f g l m n p qu r s t v',
    middles: 'a e i o u ão ei ou á',
    ends: 'ção dade mento ista dor res nte s',
  },
  nl: {
    common: 'advies logistiek magazijn productie beveiliging gegevens opleiding integratie boekhouding cloud',
    little: 'wij zoeken een partner voor de van onze en het in met dat',
    starts: 'b d f g h k l m n p r s sch t v w z',
    middles: 'a e i o u aa ee oe ij',
    ends: 'ing heid lijk er en tie t k',
  },
  sv: {
    common: 'rådgivning logistik lager tillverkning säkerhet data utbildning integration bokföring moln',
    little: 'vi söker en partner för att av våra och det i med som',
    starts: 'b d f g h k l m n p r s sk st t v',
    middles: 'a e i o u å ä ö',
    ends: 'ning het lig are ande tion t n',
  },
  ja: {
    common: '在庫管理 物流 会計 導入 移行 分析 製造 教育 統合 保守 倉庫 販売 人事 顧客 生産',
    little: 'の を に は が と で する ための',
    // Loan words: the segmenter keeps a run of katakana whole, where it would part kanji put together at random.
    starts: 'ア カ キ コ サ シ タ テ ナ ハ マ ラ ガ ダ バ プ',
    middles: 'ー イ ウ ク ト ス リ ン ル',
    ends: 'ング ション トル ムス サー ター ティ ニア ック ード',
  },
}

export const lexiconLanguages: readonly string[] = Object.keys(sounds)

const lexicons = new Map<string, Lexicon>()

/** The same for every seed of a generator, so that tags and needs are of one language. */
export function lexiconOf(language: string): Lexicon {
  const built = lexicons.get(language)
  if (built !== undefined) return built
  const { common, little, starts, middles, ends } = sounds[language] ?? sounds.en ?? fail(language)
  const random = seeded(lexiconLanguages.indexOf(language) + 1)
  const words = new Set(common.split(' '))
  const parts = [starts, middles, ends].map(list => list.split(' '))
  for (let tries = 0; words.size < 2 * tradeWords && tries < 40 * tradeWords; tries += 1) {
    const [start = '', middle = '', end = ''] = parts.map(part => pick(random, part))
    const second = random() < 0.6 ? pick(random, parts[0] ?? []) + pick(random, parts[1] ?? []) : ''
    words.add(start + middle + second + end)
  }
  const all = [...words]
  const half = Math.ceil(all.length / 2)
  const lexicon = { words: all.slice(0, half), generalWords: all.slice(half), littleWords: little.split(' ') }
  lexicons.set(language, lexicon)
  return lexicon
}

const tradeWords = 4000

function pick(random: Random, list: readonly string[]): string {
  return list[between(random, 0, list.length - 1)] ?? ''
}

function fail(language: string): never {
  throw new Error(`no sounds of ${language}`)
}

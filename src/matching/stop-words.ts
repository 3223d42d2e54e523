import { foldText } from '../domain/regions.ts'

/**
 * Words that say nothing about a need. Weighing words by their rarity can't replace the list: rarity is counted over
 * tags, where "of" is rarer than "cloud", so that "a lot of" would meet "Internet of Things" with a high weight. Only
 * function words stand here, as any noun may be somebody's trade.
 */
const words: { readonly [language: string]: string } = {
  en: `a about after all also am an and any are as at be because been but by can could did do does for from had has have
    he her his how i if in into is it its just may me more most my no not of on or other our please she should so some
    such than that the their them then there these they this those through to too up us very was we were what when
    where which while who why will with would you your`,
  de: `aber alle als am an auch auf aus bei bin bis da damit dann das dass dem den der des die dies diese dieser dieses
    doch dort durch ein eine einem einen einer eines er es fur haben hat ich ihr ihre im in ins ist kann konnen mehr mit
    nach nicht noch nur ob oder ohne sehr sein sich sie sind so uber um und uns unser unsere vom von vor was wenn wer wie
    wir wird zu zum zur zwischen`,
  fr: `a au aux avec ce ces cette dans de des du elle en est et eux il ils je la le les leur leurs lui mais mes mon ne
    nos notre nous on ou par pas plus pour qu que qui sa sans se ses si son sont sur ta tes un une vos votre vous y`,
  es: `a al como con cual de del desde donde el ella en entre es esta este esto ha hasta hay la las le les lo los mas me
    mi mis muy no nos nuestra nuestro o para pero por que se ser si sin sobre son su sus también tu un una unas uno unos
    y ya`,
  it: `a ad ai al alla alle allo anche che chi ci col come con da dai dal dalla dei del dell della delle dello di e ed
    gli ha ho i il in io la le lo ma mi ne nei nel nella nelle noi non nostra nostro o per più quale che sono si su sui
    sul sulla tra un una uno vi`,
  pt: `a ao aos as à às com como da das de dela dele do dos e é ela ele em entre essa esse esta este eu foi já lhe mais
    mas me muito na nas não no nos nossa nosso num numa o os ou para pela pelas pelo pelos por qual que se sem ser seu
    seus sobre sua suas são também um uma uns`,
  nl: `aan al als bij dat de den der die dit door een en er het hij hun ik in is je kan maar me meer met mijn na naar
    niet nog nu of om omdat onder ons onze ook op over te tot u uit uw van veel voor wat we wel wij worden zij zijn zo`,
  sv: `alla att av blir de dem den denna deras det detta din du där efter ej eller en ett finns för från ha han har hos
    hur här i inte jag kan kommer man med men mer mot ni nu när och om oss på samt sig sin som ska så till under ut vad
    var vi vid vår våra än är över`,
  no: `alle at av bare ble blir da de dem den denne der deres det dette din du eller en er et etter for fra før ha han
    har hos hva hvor i ikke jeg kan man med men mer mot nå når og om oss på seg sin skal som så til ut var ved vi vil
    vår våre være å`,
  da: `af alle at blev bliver da de dem den denne der deres det dette din du efter eller en er et for fra før ham han har
    hos hvad hvor i ikke jeg kan man med men mere mod ned nu når og også om op os over på sig sin skal som så til ud var
    ved vi vil vor vores være`,
  fi: `ei että he ja jo joka jos kanssa kuin kun me meidän mutta myös ne ni niin nyt oli olla on ovat se sekä siitä tai
    tämä vain voi`,
  pl: `a ale bo by być co czy dla do go i ich ich im ich jak jako jest już ma na nad nam nas nasz nie o od oraz po pod
    przez przy są się ta tak te tego to tym w we z za ze że`,
  cs: `a aby ale ani by být co do i jako je jeho jejich jsou jsme k ke který která které mezi mu na nad nebo není o od po
    pod pro při s se si so to tak v ve však z za ze že`,
  ru: `а без бы был была были было в вам вас во вот все вы да для до его ее если есть же за и из или им их к как ко когда
    кто ли мне мы на над нам нас наш не него нет ни но о об он она они от по под при с со так также то у уже что чтобы
    это этот я`,
  uk: `а або але без би був була були було в вам вас ви від все для до з за же і із їх його її й як яка який які к коли
    ми на над нам нас наш не ні о об он по під при про с та так також те ти то у усі це ці чи що щоб я`,
  tr: `bir bu da de daha en gibi hem için ile ise kadar ki mi mu ne o olan olarak sonra şu tüm üzere ve veya ya`,
  ja: 'が から こと これ さ され し します する その それ た ため つ て で です と な など に の は へ ます まで も や よう より を お ご',
  zh: '一 个 中 了 他 们 你 和 在 对 我 我们 是 有 的 等 与 也 就 为 及 不 这 那 個 們 對 我們 與 為 這 的',
}

const english: ReadonlySet<string> = setOf(words.en ?? '')
const byLanguage: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(words).map(([language, list]) => [language, setOf(list)]),
)

export const languagesWithStopWords: ReadonlySet<string> = new Set(byLanguage.keys())

/** @param folded - as `foldText` leaves it. English counts everywhere: tags are half English in every country. */
export function isStopWord(folded: string, languages: readonly string[]): boolean {
  return english.has(folded) || languages.some(language => byLanguage.get(language)?.has(folded) === true)
}

function setOf(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).map(foldText))
}

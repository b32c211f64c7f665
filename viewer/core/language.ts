/**
 * Every text on a screen goes through `t`. The English sentence is its own key; the other languages are in
 * viewer/languages/*.json, one object from English to translation (docs/languages.md).
 *
 *   t('Turn left')
 *   t('Series {number} cannot be drawn.', { number: String(series.number) })
 *   t('{count} {count|image|images} of {all}', { count, all })          a number chooses the form behind it
 *   t('Open {#noun: the state}')                                       a note makes two texts of one English word
 *   <Words text="Press {key} to search" with={{ key: <kbd>/</kbd> }} />  React nodes in a sentence (ui/parts/words.tsx)
 *
 * - The first argument is a literal (the test reads it from the source), a whole sentence, never glued from pieces: other
 *   languages put them in another order. `t(ok ? 'Yes' : 'No')` is read too.
 * - Values are numbers (grouped and with the decimal sign of the language) or strings (as they are: names, UIDs, numbers that
 *   are names such as a series number). Nothing of a value is ever read as markup or as a placeholder.
 * - `{count|image|images}`: the forms in the order of Intl.PluralRules (zero one two few many other, those the language has);
 *   the last stands for all that follow. English and German 2, Japanese 1, Russian 3 (4 with fractions).
 * - May be called anywhere, in constants of a module too: the catalogue is there before the first module of the application is
 *   read, and another language loads the page anew.
 * - Units (mm, HU, s, MB), "MIP", "MPR", tags, UIDs, AE titles, keys ("Ctrl K") are not translated: they need no `t`.
 * - Numbers by themselves: `number(12.5, 1)`. Lists keep ISO dates (dates.ts); `longDate` is for sentences.
 *
 * Not i18next: with sentences as keys its plural suffixes need an English catalogue, its separators must be switched off, and it
 * weighs fifteen times this file.
 */

/** By the code of BCP 47, in their own words. */
export const LANGUAGES = {
  en: 'English', de: 'Deutsch', es: 'Español', fr: 'Français', ja: '日本語', ru: 'Русский',
} as const;

export type LanguageCode = keyof typeof LANGUAGES;
export type Catalogue = Readonly<Record<string, string>>;
export type Value = string | number;

/** A template cut at its braces: text, a value, or forms that a number chooses from. */
export type Piece = string | { name: string; forms?: readonly string[] };

const CATEGORIES = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;

let spoken = 'en';
let region = 'en';
let translate: (sentence: string) => string | undefined = () => undefined;
let numbers = new Map<number, Intl.NumberFormat>();
let plurals = new Intl.PluralRules('en');
let order: readonly string[] = ['one', 'other'];
const cut = new Map<string, readonly Piece[]>();

/** From now on `t` speaks this language. `locale` may say more (de-CH) for numbers and dates. */
export function speak(code: string, catalogue: Catalogue | ((sentence: string) => string | undefined), locale = code): void {
  spoken = code;
  region = locale;
  translate = typeof catalogue === 'function' ? catalogue : (sentence) => (Object.hasOwn(catalogue, sentence) ? catalogue[sentence] : undefined);
  plurals = new Intl.PluralRules(code);
  const has = new Set<string>(plurals.resolvedOptions().pluralCategories);
  order = CATEGORIES.filter((category) => has.has(category));
  numbers = new Map();
  cut.clear();
}

/** For the `lang` attribute. */
export function language(): string {
  return spoken;
}

/** The first wanted language that there is: 'de-CH' is 'de'. */
export function bestLanguage(wanted: readonly string[]): { code: LanguageCode; locale: string } {
  for (const locale of wanted) {
    const code = locale.toLowerCase().split('-')[0] ?? '';
    if (Object.hasOwn(LANGUAGES, code)) return { code: code as LanguageCode, locale };
  }
  return { code: 'en', locale: 'en' };
}

export function t(sentence: string, values?: Readonly<Record<string, Value>>): string {
  const found = pieces(sentence);
  if (found.length === 1 && typeof found[0] === 'string') return found[0];
  return found.map((piece) => (typeof piece === 'string' ? piece : filled(piece, values?.[piece.name]))).join('');
}

/** The translated sentence cut at its values: for who puts something else than text into it. */
export function pieces(sentence: string): readonly Piece[] {
  let found = cut.get(sentence);
  if (!found) cut.set(sentence, (found = parse(translate(sentence) || sentence)));
  return found;
}

/** A value as text; for forms the one that the number asks for. What was not given stays visible as '{name}'. */
export function filled(piece: Exclude<Piece, string>, value: Value | undefined): string {
  if (value === undefined) return `{${piece.name}}`;
  if (!piece.forms) return typeof value === 'number' ? number(value) : value;
  const wanted = order.indexOf(plurals.select(Number(value)));
  return piece.forms[Math.min(wanted, piece.forms.length - 1)] ?? '';
}

/** '{name}', '{name|one|other}', '{#note}'; other braces are text. */
export function parse(template: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of template.matchAll(/ ?\{#[^{}]*\}|\{(\w+)((?:\|[^{}|]*)+)?\}/g)) {
    if (match.index > at) found.push(template.slice(at, match.index));
    at = match.index + match[0].length;
    const name = match[1];
    if (name !== undefined) found.push(match[2] === undefined ? { name } : { name, forms: match[2].slice(1).split('|') });
  }
  if (at < template.length || found.length === 0) found.push(template.slice(at));
  return found;
}

/** Thin space in thousands, decimal sign of the language; with `digits` exactly so many decimals. */
export function number(value: number, digits?: number): string {
  if (!Number.isFinite(value)) return String(value);
  let format = numbers.get(digits ?? -1);
  if (!format) {
    const decimals = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    format = new Intl.NumberFormat(region, { ...decimals, useGrouping: 'always', numberingSystem: 'latn' });
    numbers.set(digits ?? -1, format);
  }
  return format.formatToParts(value).map((part) => (part.type === 'group' ? '\u2009' : part.value)).join('');
}

/** 'A', 'A and B', 'A, B and C'. */
export function listOf(words: readonly string[]): string {
  return new Intl.ListFormat(spoken === 'en' ? 'en-GB' : region, { type: 'conjunction' }).format(words);
}

/** With a capital at its beginning, where the script has capitals. */
export function capitalised(words: string): string {
  const [first = '', ...rest] = words;
  return first.toLocaleUpperCase(spoken) + rest.join('');
}

/** '21 November 2026', '2026年11月21日'. */
export function longDate(at: Date): string {
  return new Intl.DateTimeFormat(region, { dateStyle: 'long', numberingSystem: 'latn' }).format(at);
}

/** Every text has a translation in every language, and nothing on a screen goes round `t`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, parse, type Catalogue } from '../../core/language';
import { bareTexts, textsOfSources, VIEWER } from '../../dev/texts';

const { texts, faults } = textsOfSources();
const keys = [...new Set(texts.map((found) => found.text))];
const codes = Object.keys(LANGUAGES).filter((code) => code !== 'en');

function catalogue(code: string): Catalogue {
  return JSON.parse(readFileSync(join(VIEWER, 'languages', `${code}.json`), 'utf8')) as Catalogue;
}

/** The values a template needs, sorted; each once. */
function valuesOf(template: string): string[] {
  return [...new Set(parse(template).flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name])))].sort();
}

function formsOf(template: string): number[] {
  return parse(template).flatMap((piece) => (typeof piece === 'string' || !piece.forms ? [] : [piece.forms.length]));
}

describe('the source', () => {
  it('gives `t` nothing but literals', () => expect(faults).toEqual([]));
  // It parses every source: seconds on a machine that is busy.
  it('shows no text that goes round `t`', () => expect(bareTexts().map(({ where, text }) => `${where} ${text}`)).toEqual([]));
  it('has one and many in every English choice', () => expect(keys.filter((key) => formsOf(key).some((n) => n !== 2))).toEqual([]));
});

describe.each(codes)('%s', (code) => {
  const known = catalogue(code);
  it('has every text: `node dev/catalogues.ts` in the folder viewer adds what is missing here', () => {
    expect(Object.fromEntries(keys.filter((key) => !known[key]).map((key) => [key, '']))).toEqual({});
  });
  it('has no text that nobody uses', () => expect(Object.keys(known).filter((key) => !keys.includes(key))).toEqual([]));
  it('has the values of the English sentence, no others', () => {
    const wrong = keys.filter((key) => known[key] && !samePlaces(key, known[key])).map((key) => [key, known[key]]);
    expect(wrong).toEqual([]);
  });
  it('has not more forms than the language, and begins and ends without blanks', () => {
    const most = new Intl.PluralRules(code).resolvedOptions().pluralCategories.length;
    expect(Object.values(known).filter((text) => formsOf(text).some((n) => n > most) || text !== text.trim())).toEqual([]);
  });
});

/** A number that only chooses a form in English may be left out where the language has no forms for it. */
function samePlaces(key: string, translation: string): boolean {
  const chooses = new Set(parse(key).flatMap((piece) => (typeof piece !== 'string' && piece.forms ? [piece.name] : [])));
  const told = new Set(parse(key).flatMap((piece) => (typeof piece !== 'string' && !piece.forms ? [piece.name] : [])));
  const [needed, has] = [valuesOf(key), valuesOf(translation)];
  return has.every((name) => needed.includes(name)) && needed.every((name) => has.includes(name) || (chooses.has(name) && !told.has(name)));
}

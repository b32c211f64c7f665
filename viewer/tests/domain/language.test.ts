import { afterEach, describe, expect, it } from 'vitest';
import { bestLanguage, filled, number, parse, pieces, speak, t } from '../../domain/language';

afterEach(() => speak('en', {}));

describe('sentences', () => {
  it('are their own English translation, with numbers grouped by thin spaces', () => {
    expect(t('Turn left')).toBe('Turn left');
    expect(t('{count} {count|image|images} of {name}', { count: 1284, name: 'CT' })).toBe('1\u2009284 images of CT');
    expect(t('{count} {count|image|images}', { count: 1 })).toBe('1 image');
  });

  it('choose the form by the rules of the language (CLDR)', () => {
    speak('ru', { '{count} {count|image|images}': '{count} {count|снимок|снимка|снимков}' });
    const said = [1, 2, 5, 11, 21, 22, 1.5].map((count) => t('{count} {count|image|images}', { count }));
    expect(said).toEqual(['1 снимок', '2 снимка', '5 снимков', '11 снимков', '21 снимок', '22 снимка', '1,5 снимков']);
    speak('ja', { '{count} {count|image|images}': '画像 {count} 枚' });
    expect(t('{count} {count|image|images}', { count: 1 })).toBe('画像 1 枚');
    speak('fr', { '{count} {count|image|images}': '{count} {count|image|images}' });
    expect(t('{count} {count|image|images}', { count: 0 })).toBe('0 image');
  });

  it('take values as text: braces, bars and markup in them mean nothing', () => {
    expect(t('Name: {name}', { name: '{count|a|b} <b>$& {name}' })).toBe('Name: {count|a|b} <b>$& {name}');
    expect(t('Name: {name}')).toBe('Name: {name}');
    expect(t('constructor')).toBe('constructor');
  });

  it('may carry a note that tells two meanings apart', () => {
    speak('de', { 'Open {#verb}': 'Öffnen' });
    expect(t('Open {#verb}')).toBe('Öffnen');
    expect(t('Open {#adjective}')).toBe('Open');
  });

  it('can be cut at their values for what is no text', () => {
    speak('de', { 'Press {key} now': 'Jetzt {key} drücken' });
    expect(pieces('Press {key} now')).toEqual(['Jetzt ', { name: 'key' }, ' drücken']);
    expect(parse('')).toEqual(['']);
    expect(filled({ name: 'n' }, 2)).toBe('2');
  });
});

describe('numbers', () => {
  it('have the decimal sign of the language, and a thin space everywhere', () => {
    expect(number(1234.5, 1)).toBe('1\u2009234.5');
    speak('de', {});
    expect(number(1234.5, 1)).toBe('1\u2009234,5');
    speak('de', {}, 'de-CH');
    expect(number(1234.5, 1)).toBe('1\u2009234.5');
    speak('es', {});
    expect(number(1234)).toBe('1\u2009234');
  });
});

describe('the language', () => {
  it('is the first wanted one that there is', () => {
    expect(bestLanguage(['pt-BR', 'de-CH', 'en'])).toEqual({ code: 'de', locale: 'de-CH' });
    expect(bestLanguage(['tlh', 'toString'])).toEqual({ code: 'en', locale: 'en' });
  });
});

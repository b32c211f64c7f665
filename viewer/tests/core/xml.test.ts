import { describe, expect, it } from 'vitest';
import { at, attribute, below, parseXml, wordsOf, xmlText } from '../../core/xml';

describe('XML of objects', () => {
  it('reads elements, attributes, text, entities of the language and sections of characters', () => {
    const root = parseXml('<?xml version="1.0"?><!-- a <b> --><hl7:a xmlns:hl7="x" k=\'1 &lt; 2\'><b/>x &amp; &#x41;&#66;<![CDATA[<raw>]]> <b>y</b></hl7:a>');
    expect(root.name).toBe('a');
    expect(attribute(root, 'k')).toBe('1 < 2');
    expect(below(root, 'b')).toHaveLength(2);
    expect(wordsOf(root)).toBe('x & AB<raw> y');
    expect(at(root, 'b/c')).toBeUndefined();
    expect(attribute(root, 'constructor')).toBe('');
  });

  it('refuses entities, what is broken, too deep or no document', () => {
    expect(() => parseXml('<!DOCTYPE d [<!ENTITY a "ha">]><d>&a;</d>')).toThrow(/entities/);
    for (const bad of ['', 'x', '<a>', '<a></b>', '<a', '<a b></a>', '<a/><b/>', '</a>', '<a><!-- ']) expect(() => parseXml(bad), bad).toThrow(/broken/);
    expect(() => parseXml('<a>'.repeat(300) + '</a>'.repeat(300))).toThrow(/large/);
    expect(wordsOf(parseXml('<a>&nbsp;&#0;&#x110000;</a>'))).toBe('&nbsp;\ufffd\ufffd');
  });

  it('reads the character set that it says', () => {
    expect(xmlText(Uint8Array.of(0xff, 0xfe, 0x3c, 0, 0x61, 0))).toBe('<a');
    expect(xmlText(new TextEncoder().encode('<?xml version="1.0" encoding="no-such"?>ü'))).toContain('ü');
    expect(xmlText(Uint8Array.from([...'<?xml encoding="iso-8859-1"?>'].map((c) => c.charCodeAt(0)).concat(0xfc)))).toContain('ü');
  });
});

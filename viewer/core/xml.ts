/**
 * XML of an object as a tree of plain values (XML 1.0, as much of it as data needs): elements, attributes, text. Nothing is fetched, no stylesheet
 * is applied, and entities that a document defines itself are refused: they can grow without end. Not the browser's parser: what that
 * says of broken XML is a page of its own, styled against our content security policy.
 */
import { t } from './language';

export interface XmlElement {
  /** Without its prefix: name spaces are not told apart. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: (XmlElement | string)[];
}

const MOST_CHARACTERS = 20_000_000;
const DEEPEST = 200;
const MOST_ELEMENTS = 500_000;

/** Throws with the reason in words. */
export function parseXml(text: string): XmlElement {
  if (text.length > MOST_CHARACTERS) throw new Error(t('It is too large to be shown.'));
  if (/<!ENTITY/i.test(text)) throw new Error(t('It defines entities of its own, which a clinical document does not need and which can do harm.'));
  const root: XmlElement = { name: '', attributes: {}, children: [] };
  const open = [root];
  let [at, count] = [0, 0];
  while (at < text.length) {
    const top = open.at(-1) as XmlElement;
    const next = text.indexOf('<', at);
    if (next !== at) append(top, resolved(text.slice(at, next < 0 ? text.length : next)));
    if (next < 0) break;
    const skipped = skip(text, next, top);
    if (skipped) {
      at = skipped;
      continue;
    }
    const tag = TAG.exec(text.slice(next, next + MOST_TAG));
    if (!tag) throw broken();
    at = next + tag[0].length;
    const [, closes, name = '', written = '', empty] = tag;
    if (closes) {
      if (open.length < 2 || top.name !== local(name)) throw broken();
      open.pop();
      continue;
    }
    const element: XmlElement = { name: local(name), attributes: attributesIn(written), children: [] };
    if (++count > MOST_ELEMENTS || open.length > DEEPEST) throw new Error(t('It is too large to be shown.'));
    top.children.push(element);
    if (!empty) open.push(element);
  }
  const found = root.children.filter((child) => typeof child !== 'string');
  if (open.length !== 1 || found.length !== 1) throw broken();
  return found[0] as XmlElement;
}

const NAME = String.raw`[\p{L}_:][\p{L}\p{N}_:.\-]*`;
const TAG = new RegExp(String.raw`^<(\/)?(${NAME})((?:\s+${NAME}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/)?>`, 'u');
const ATTRIBUTE = new RegExp(String.raw`(${NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')`, 'gu');
const MOST_TAG = 100_000;

function broken(): Error {
  return new Error(t('Its XML is broken.'));
}

/** Past a comment, an instruction, a section of plain characters or a document type; undefined for a tag. */
function skip(text: string, at: number, top: XmlElement): number | undefined {
  const past = (begin: string, end: string): number | undefined => {
    if (!text.startsWith(begin, at)) return undefined;
    const close = text.indexOf(end, at + begin.length);
    if (close < 0) throw broken();
    if (begin === '<![CDATA[') append(top, text.slice(at + begin.length, close));
    return close + end.length;
  };
  return past('<!--', '-->') ?? past('<?', '?>') ?? past('<![CDATA[', ']]>') ?? past('<!DOCTYPE', '>');
}

function append(element: XmlElement, text: string): void {
  const last = element.children.at(-1);
  if (typeof last === 'string') element.children[element.children.length - 1] = last + text;
  else if (text) element.children.push(text);
}

function attributesIn(written: string): Record<string, string> {
  const found: [string, string][] = [];
  for (const [, name = '', double, single] of written.matchAll(ATTRIBUTE)) found.push([local(name), resolved(double ?? single ?? '')]);
  return Object.fromEntries(found);
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function resolved(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** By the byte order mark, else by what its declaration says, else UTF-8. */
export function xmlText(bytes: Uint8Array): string {
  const mark = bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : '';
  const said = /^[^>]*encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 300)))?.[1] ?? '';
  try {
    return new TextDecoder(mark || said || 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Elements directly below. */
export function below(parent: XmlElement | undefined, name: string): XmlElement[] {
  return (parent?.children ?? []).filter((child): child is XmlElement => typeof child !== 'string' && child.name === name);
}

/** The first element along a path of names: at(document, 'author/assignedAuthor/id'). */
export function at(parent: XmlElement | undefined, path: string): XmlElement | undefined {
  return path.split('/').reduce<XmlElement | undefined>((element, name) => below(element, name)[0], parent);
}

export function attribute(element: XmlElement | undefined, name: string): string {
  return element && Object.hasOwn(element.attributes, name) ? (element.attributes[name] as string).trim() : '';
}

/** All text in it. */
export function textOf(element: XmlElement | undefined): string {
  return (element?.children ?? []).map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

/** The same with blanks made one. */
export function wordsOf(element: XmlElement | undefined): string {
  return textOf(element).replace(/\s+/g, ' ').trim();
}

/** All elements of a name in it, at most `most`. */
export function within(element: XmlElement, name: string, most: number, found: XmlElement[] = []): XmlElement[] {
  for (const child of element.children) {
    if (found.length >= most) break;
    if (typeof child === 'string') continue;
    if (child.name === name) found.push(child);
    within(child, name, most, found);
  }
  return found;
}

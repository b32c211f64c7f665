/** The narrative of a section (CDA R2, 4.3.5): its elements become ours, one by one; what is unknown gives its text only. */
import { createElement, Fragment, type ReactElement, type ReactNode } from 'react';
import { t } from '../../../core/language';
import { attribute, type XmlElement } from '../../../core/xml';

/** Counts down over a whole document: nested and long ones must not freeze the page. */
export interface Budget {
  nodes: number;
}

const DEEPEST = 60;

/** Ours for theirs; none of them can do anything. */
const ELEMENTS: Record<string, string> = {
  paragraph: 'p', p: 'p', sub: 'sub', sup: 'sup', table: 'table', thead: 'thead', tbody: 'tbody', tfoot: 'tfoot', tr: 'tr', th: 'th', td: 'td', caption: 'caption', item: 'li', li: 'li', ul: 'ul', ol: 'ol', footnote: 'small',
};
const STYLES: Record<string, string> = { Bold: 'b', Italics: 'em', Underline: 'u', Emphasis: 'em' };
/** In these, blanks between elements are no text. */
const ONLY_ELEMENTS = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'list', 'ul', 'ol']);

/** picture: of the observation media that an element refers to. */
export function narrative(node: XmlElement | string, budget: Budget, picture: (id: string) => ReactNode, depth = 0, parent = ''): ReactNode {
  if (budget.nodes-- <= 0 || depth > DEEPEST) return budget.nodes === -1 ? t('What follows is left out: it is too long.') : null;
  if (typeof node === 'string') return node;
  const { name } = node;
  // What a page would run or fetch is none of a narrative.
  if (name === 'script' || name === 'style') return null;
  const inside = node.children.filter((child) => !ONLY_ELEMENTS.has(name) || typeof child !== 'string').map((child, i) => <Fragment key={i}>{narrative(child, budget, picture, depth + 1, name)}</Fragment>);
  if (name === 'br') return <br />;
  if (name === 'list') return listOf(node, inside);
  if (name === 'renderMultiMedia') return <>{picture(attribute(node, 'referencedObject'))}{inside}</>;
  if (name === 'linkHtml' || name === 'a') return linkOf(node, inside);
  if (name === 'content') return styled(node, inside);
  const ours = ELEMENTS[name];
  if (!ours) return <>{inside}</>;
  // React warns about text in rows; a caption of a list or section is a line of its own.
  if (ours === 'caption' && parent !== 'table') return <b className="cdacaption">{inside}</b>;
  return createElement(ours, ours === 'td' || ours === 'th' ? { colSpan: span(node, 'colspan'), rowSpan: span(node, 'rowspan') } : null, inside);
}

function listOf(node: XmlElement, inside: ReactNode): ReactElement {
  return attribute(node, 'listType') === 'ordered' ? <ol>{inside}</ol> : <ul>{inside}</ul>;
}

/** The address is told, not opened: nothing leads out of a document. */
function linkOf(node: XmlElement, inside: ReactNode): ReactElement {
  const address = attribute(node, 'href');
  return <>{inside}{address && <span className="t3"> [{address.slice(0, 200)}]</span>}</>;
}

function styled(node: XmlElement, inside: ReactNode): ReactElement {
  const ours = attribute(node, 'styleCode').split(/\s+/).map((code) => STYLES[code]).find(Boolean);
  return ours ? createElement(ours, null, inside) : <span>{inside}</span>;
}

function span(node: XmlElement, name: string): number | undefined {
  const n = Number(attribute(node, name));
  return Number.isInteger(n) && n > 1 ? Math.min(n, 100) : undefined;
}

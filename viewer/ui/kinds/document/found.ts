/** Words that were looked for, marked where they stand: ranges of text, nothing is put into the page. */
import { placesOf } from '../../../core/text-search';

export const MOST_FOUND = 2000;

/** CSS Custom Highlights are named once for the whole page: each element's ranges are told apart here. */
const marked = new Map<Element, { all: Range[]; chosen: Range[] }>();

/** Mark all places of `query` in an element, the chosen one apart. The returned function takes the marks away. */
export function showFound(element: Element, query: string, at: number): () => void {
  const ranges = query ? rangesOf(element, query) : [];
  const chosen = ranges.filter((_, i) => i === at);
  marked.set(element, { all: ranges.filter((_, i) => i !== at), chosen });
  publish();
  chosen[0]?.startContainer.parentElement?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return () => {
    marked.delete(element);
    publish();
  };
}

/** All the text of an element as one string, and where each of its nodes begins. */
export function textIn(element: Element): { text: string; nodes: { node: Text; from: number }[] } {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const nodes: { node: Text; from: number }[] = [];
  let text = '';
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) {
      nodes.push({ node, from: text.length });
      text += node.data;
    } else if (node instanceof HTMLBRElement) text += '\n';
  }
  return { text, nodes };
}

function rangesOf(element: Element, query: string): Range[] {
  const { text, nodes } = textIn(element);
  const length = query.trim().length;
  return placesOf(text, query, MOST_FOUND).flatMap((at) => {
    const [start, end] = [pointAt(nodes, at), pointAt(nodes, at + length - 1)];
    if (!start || !end) return [];
    const range = document.createRange();
    range.setStart(start.node, start.offset);
    range.setEnd(end.node, end.offset + 1);
    return [range];
  });
}

function pointAt(nodes: { node: Text; from: number }[], at: number): { node: Text; offset: number } | undefined {
  const found = nodes.findLast(({ from }) => from <= at);
  return found && at - found.from < found.node.length ? { node: found.node, offset: at - found.from } : undefined;
}

function publish(): void {
  if (!('highlights' in CSS)) return;
  const each = [...marked.values()];
  CSS.highlights.set('found', new Highlight(...each.flatMap((m) => m.all)));
  CSS.highlights.set('found-chosen', new Highlight(...each.flatMap((m) => m.chosen)));
}

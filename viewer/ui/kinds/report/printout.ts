/**
 * Printing what hangs in a viewport: a copy of the document alone stands on the paper (style.css), whoever asks the browser to print. Its heading comes again on
 * each page (browsers repeat the head of a table), and tables too wide for the paper continue below each other.
 */
import { useEffect, useRef, type RefObject } from 'react';

/** Columns that are read on 178 mm. */
const MOST_COLUMNS = 8;

export interface Printing {
  isMeant: () => boolean;
  /** Who it is about, on each page. */
  heading: string;
  /** Puts what is not drawn yet into the document. */
  drawAll?: () => void;
}

export function usePrintout(document_: RefObject<HTMLElement | null>, printing: Printing): void {
  const latest = useRef(printing);
  useEffect(() => {
    latest.current = printing;
  });
  useEffect(() => {
    let copy: HTMLElement | undefined;
    const end = () => {
      copy?.remove();
      copy = undefined;
    };
    const begin = () => {
      end();
      const { isMeant, heading, drawAll } = latest.current;
      if (!document_.current || !isMeant()) return;
      drawAll?.();
      copy = pagesOf(document_.current.cloneNode(true) as HTMLElement, heading);
      document.body.append(copy);
    };
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
    return () => {
      end();
      window.removeEventListener('beforeprint', begin);
      window.removeEventListener('afterprint', end);
    };
  }, [document_]);
}

function pagesOf(document_: HTMLElement, heading: string): HTMLElement {
  for (const table of document_.querySelectorAll<HTMLTableElement>('.rwide > table')) continueBelow(table);
  const copy = document.createElement('div');
  copy.className = 'printout';
  const pages = document.createElement('table');
  pages.className = 'rpages';
  pages.setAttribute('role', 'presentation');
  const head = pages.createTHead().insertRow().insertCell();
  head.textContent = heading;
  pages.createTBody().insertRow().insertCell().append(document_);
  copy.append(pages);
  return copy;
}

/** A table of many columns as several of few, each with the first column. */
function continueBelow(table: HTMLTableElement): void {
  const columns = table.rows[0]?.cells.length ?? 0;
  if (columns <= MOST_COLUMNS) return;
  const parts: HTMLTableElement[] = [];
  for (let from = 1; from < columns; from += MOST_COLUMNS - 1) {
    const part = table.cloneNode(true) as HTMLTableElement;
    for (const row of part.rows) [...row.cells].forEach((cell, i) => i > 0 && (i < from || i >= from + MOST_COLUMNS - 1) && cell.remove());
    if (from > 1) part.caption?.remove();
    parts.push(part);
  }
  table.replaceWith(...parts);
}

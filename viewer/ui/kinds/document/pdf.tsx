/** A PDF in its viewport: pages one below the other, drawn where they are seen. */
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { placesOf } from '../../../core/text-search';
import { useOwnState } from '../../own-states';
import { printSheet } from '../../parts/print';
import { useUnequalRows } from '../../parts/virtual-rows';
import { useAnswers } from '../answers';
import type { KindProps } from '../kind-view';
import { Attachments } from './attachments';
import { DocumentBar } from './bar';
import { MOST_FOUND } from './found';
import { MOST_PAGES, openPdf } from './pdf-file';
import { PdfPage, pictureOf, type PageSize } from './pdf-page';
import { Unreadable } from './unreadable';

type Fit = 'width' | 'page' | number;

/** CSS pixels a point at 100 %. */
const NATURAL = 96 / 72;
const [LEAST, MOST] = [0.1 * NATURAL, 8 * NATURAL];
const STEP = 1.2;
/** Between pages, and beside them. */
const GAP = 12;
const PRINT_DPI = 150;
const MOST_PRINTED = 200;
const MOST_NAMED = 12;

export default function Pdf({ model, cell, set, object, bytes, onSave }: KindProps & { bytes: Uint8Array; onSave: () => void }): ReactElement {
  const [pdf, setPdf] = useState<PDFDocumentProxy>();
  const [first, setFirst] = useState<PageSize>();
  const [error, setError] = useState('');
  useEffect(() => {
    let gone = false;
    let opened: PDFDocumentProxy | undefined;
    openPdf(bytes).then(async (found) => {
      opened = found;
      if (gone) return void found.loadingTask.destroy();
      const { width, height } = (await found.getPage(1)).getViewport({ scale: 1 });
      if (gone) return undefined;
      setFirst(sane({ width, height }));
      setPdf(found);
      return undefined;
    }).catch((e: unknown) => !gone && setError(opened ? t('The PDF is broken: it has no readable page.') : (e as Error).message));
    return () => {
      gone = true;
      void opened?.loadingTask.destroy();
    };
  }, [bytes]);
  if (error) return <Unreadable title={t('This document cannot be shown.')} detail={error} onSave={onSave} />;
  if (!pdf || !first) return <p className="pad t3">{t('Loading')}</p>;
  return <Pages model={model} cell={cell} set={set} object={object} pdf={pdf} first={first} onSave={onSave} />;
}

function Pages({ model, cell, set, pdf, first, onSave }: KindProps & { pdf: PDFDocumentProxy; first: PageSize; onSave: () => void }): ReactElement {
  const count = Math.min(pdf.numPages, MOST_PAGES);
  const own = useOwnState(model.own, set.seriesInstanceUid);
  const [sizes, setSizes] = useState<PageSize[]>(() => Array.from({ length: count }, () => first));
  useSizes(pdf, count, setSizes);
  const body = useRef<HTMLDivElement>(null);
  const seen = useExtent(body);
  const fit = readFit(own.fit);
  const scale = scaleOf(fit, sizes, seen);
  const heights = useMemo(() => sizes.map((size) => size.height * scale + GAP), [sizes, scale]);
  const rows = useUnequalRows(body, heights);
  const search = useSearch(pdf, count);
  const [page, setPage] = useState(() => Math.min(Math.max(Number(own.page) || 1, 1), count));
  const goTo = (to: number) => {
    const number = Math.min(Math.max(Math.round(to), 1), count);
    if (body.current) body.current.scrollTop = rows.topOf(number - 1);
    setPage(number);
  };
  // What stood at the upper edge stays there when the pages become larger or smaller, and after a reload.
  const anchor = useRef({ page, part: 0 });
  useLayoutEffect(() => {
    const { page: at, part } = anchor.current;
    if (body.current && seen.width) body.current.scrollTop = rows.topOf(at - 1) + part * (heights[at - 1] ?? 0);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the layout changes
  }, [heights, seen.width]);
  const scrolled = () => {
    const element = body.current;
    if (!element) return;
    const middle = element.scrollTop + Math.min(element.clientHeight / 2, heights[0] ?? 0);
    const top = lastUpTo(rows.topOf, count, element.scrollTop);
    anchor.current = { page: top + 1, part: (element.scrollTop - rows.topOf(top)) / (heights[top] ?? 1) };
    const now = lastUpTo(rows.topOf, count, middle) + 1;
    if (now !== page) {
      setPage(now);
      model.own.change(set.seriesInstanceUid, { page: now });
    }
  };
  const zoom = (to: Fit) => model.own.change(set.seriesInstanceUid, { fit: typeof to === 'number' ? Math.min(Math.max(to, LEAST), MOST) : to });
  const print = () => void printPages(pdf, count, (words) => model.tell(words));
  const scroll = (by: number) => body.current?.scrollBy({ top: by });
  const screen = () => (body.current?.clientHeight ?? 600) * 0.9;
  useAnswers(model, cell, {
    'image.larger': () => zoom(scale * STEP),
    'image.smaller': () => zoom(scale / STEP),
    'image.fit': () => zoom('page'),
    'image.one': () => zoom(NATURAL),
    'image.reset': () => zoom('width'),
    'page.width': () => zoom('width'),
    'page.find': search.open,
    'page.print': print,
    'move.previous': () => scroll(-60),
    'move.next': () => scroll(60),
    'move.back-ten': () => scroll(-screen()),
    'move.on-ten': () => scroll(screen()),
    'cine.toggle': () => scroll(screen()),
    'move.first': () => goTo(1),
    'move.last': () => goTo(count),
  });
  const found = search.places[search.at];
  useLayoutEffect(() => {
    if (found) goTo(found.page);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when another place is chosen
  }, [found]);
  const copy = () => void textOfAll(pdf, count).then((text) => navigator.clipboard.writeText(text)).then(() => model.tell(t('The text is on the clipboard.')), () => model.tell(t('The browser does not give the clipboard.')));
  return (
    <>
      <DocumentBar page={page} count={count} onPage={goTo} zoom={scale / NATURAL} fit={fit} onZoom={(times) => zoom(scale * times)} onFit={zoom} search={search} onCopy={copy} onPrint={print} onSave={onSave} />
      {search.isOpen && search.mute.length > 0 && <p className="note" role="status" data-testid="page-mute">{muteWords(search.mute, count)}</p>}
      <Attachments pdf={pdf} />
      {pdf.numPages > count && <p className="note">{t('It has {count} pages; the first {shown} are shown.', { count: pdf.numPages, shown: count })}</p>}
      <div ref={body} className="scrolls pdfpages" tabIndex={0} role="region" aria-label={t('Pages')} onScroll={scrolled} data-testid="pdf" data-pages={pdf.numPages}>
        <div className="pdfall" style={{ height: rows.height }}>
          {Array.from({ length: rows.last - rows.first }, (_, i) => rows.first + i).filter((i) => isNear(rows.topOf(i), heights[i] ?? 0, body.current)).map((i) => (
            <div key={i} className="pdfplace" style={{ top: rows.topOf(i) + GAP / 2 }}>
              <PdfPage pdf={pdf} number={i + 1} size={sizes[i] ?? first} scale={scale} query={search.query} at={found?.page === i + 1 ? found.within : -1} />
            </div>
          ))}
        </div>
      </div>
    </>
  );
}

/** useUnequalRows draws eight more on either side, which is many for pages. */
function isNear(top: number, height: number, body: HTMLElement | null): boolean {
  if (!body) return false;
  return top + height > body.scrollTop - body.clientHeight && top < body.scrollTop + 2 * body.clientHeight;
}

function lastUpTo(topOf: (i: number) => number, count: number, y: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (topOf(middle) <= y + 1) low = middle;
    else high = middle - 1;
  }
  return low;
}

function readFit(value: unknown): Fit {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.min(Math.max(value, LEAST), MOST);
  return value === 'page' ? 'page' : 'width';
}

function scaleOf(fit: Fit, sizes: readonly PageSize[], seen: { width: number; height: number }): number {
  if (typeof fit === 'number') return fit;
  const widest = Math.max(...sizes.slice(0, 200).map((s) => s.width));
  const across = (seen.width - 2 * GAP) / widest;
  const highest = Math.max(...sizes.slice(0, 200).map((s) => s.height));
  const wanted = fit === 'width' ? Math.min(across, 1.6 * NATURAL) : Math.min(across, (seen.height - GAP) / highest);
  return Math.min(Math.max(wanted, LEAST), MOST);
}

/** Sides between a millimetre and what a PDF may have at most (ISO 32000-1, annex C). */
function sane({ width, height }: PageSize): PageSize {
  const side = (v: number) => Math.min(Math.max(Number.isFinite(v) ? v : 1, 3), 14_400);
  return { width: side(width), height: side(height) };
}

/** Pages need not be of one size; they are asked for one after the other. */
function useSizes(pdf: PDFDocumentProxy, count: number, onSizes: (sizes: PageSize[]) => void): void {
  useEffect(() => {
    let gone = false;
    void (async () => {
      const sizes: PageSize[] = [];
      for (let i = 1; i <= Math.min(count, 500) && !gone; i++) {
        const page = await pdf.getPage(i).catch(() => undefined);
        const box = page?.getViewport({ scale: 1 });
        sizes.push(box ? sane(box) : (sizes.at(-1) ?? { width: 595, height: 842 }));
      }
      const first = sizes[0];
      if (gone || !first || sizes.every((s) => s.width === first.width && s.height === first.height)) return;
      onSizes(Array.from({ length: count }, (_, i) => sizes[i] ?? first));
    })();
    return () => {
      gone = true;
    };
  }, [pdf, count, onSizes]);
}

function useExtent(body: React.RefObject<HTMLElement | null>): { width: number; height: number } {
  const [seen, setSeen] = useState({ width: 800, height: 600 });
  useLayoutEffect(() => {
    const element = body.current;
    if (!element) return undefined;
    const measure = () => setSeen((was) => (was.width === element.clientWidth && was.height === element.clientHeight ? was : { width: element.clientWidth, height: element.clientHeight }));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [body]);
  return seen;
}

export interface Search {
  isOpen: boolean;
  open: () => void;
  close: () => void;
  query: string;
  setQuery: (query: string) => void;
  /** Which page, and which of the places on it. */
  places: readonly { page: number; within: number }[];
  /** All pages were looked through. */
  isDone: boolean;
  /** Pages without readable text: pictures, empty or broken ones. */
  mute: readonly number[];
  at: number;
  step: (by: number) => void;
}

function useSearch(pdf: PDFDocumentProxy, count: number): Search {
  const [isOpen, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [places, setPlaces] = useState<Search['places']>([]);
  const [at, setAt] = useState(0);
  const [done, setDone] = useState<{ query: string; mute: readonly number[] }>({ query: '', mute: [] });
  const texts = useRef<Promise<string>[]>([]);
  useEffect(() => {
    let gone = false;
    void (async () => {
      const found: { page: number; within: number }[] = [];
      const mute: number[] = [];
      for (let i = 1; i <= count && query && !gone && found.length < MOST_FOUND; i++) {
        const text = await (texts.current[i] ??= textOfPage(pdf, i));
        if (!text.trim()) mute.push(i);
        placesOf(text, query, MOST_FOUND).forEach((_, within) => found.push({ page: i, within }));
      }
      if (gone) return;
      setPlaces(found);
      setAt(0);
      setDone({ query, mute });
    })();
    return () => {
      gone = true;
    };
  }, [pdf, count, query]);
  return {
    isOpen, query, places, at, mute: query ? done.mute : [], isDone: done.query === query,
    open: () => setOpen(true),
    close: () => {
      setOpen(false);
      setQuery('');
    },
    setQuery,
    step: (by) => setAt((now) => (places.length ? (now + by + places.length) % places.length : 0)),
  };
}

/** Which pages the search says nothing about. */
function muteWords(mute: readonly number[], count: number): string {
  const pages = `${mute.slice(0, MOST_NAMED).join(', ')}${mute.length > MOST_NAMED ? ' …' : ''}`;
  return t('{count} of {all} pages have no text that can be read (scanned, empty or broken), so nothing is found there: {pages}', { count: mute.length, all: count, pages });
}

/** As its text layer has it: line by line. '' where the page is broken. */
async function textOfPage(pdf: PDFDocumentProxy, number: number): Promise<string> {
  try {
    const { items } = await (await pdf.getPage(number)).getTextContent();
    return items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  } catch {
    return '';
  }
}

async function textOfAll(pdf: PDFDocumentProxy, count: number): Promise<string> {
  const pages: string[] = [];
  for (let i = 1; i <= count; i++) pages.push(await textOfPage(pdf, i));
  return pages.join('\n\f');
}

/** As pictures: what the document would like to be done while it is printed is not done. */
async function printPages(pdf: PDFDocumentProxy, count: number, tell: (words: string) => void): Promise<void> {
  if (count > MOST_PRINTED) return tell(t('More than {count} pages are not printed from here: save the file.', { count: MOST_PRINTED }));
  const pictures: HTMLImageElement[] = [];
  try {
    for (let i = 1; i <= count; i++) {
      tell(t('Page {number} of {count} is made ready to print.', { number: i, count }));
      const img = document.createElement('img');
      img.alt = '';
      img.src = URL.createObjectURL(await pictureOf(await pdf.getPage(i), PRINT_DPI));
      await img.decode();
      pictures.push(img);
    }
  } catch {
    return tell(t('A page cannot be drawn: nothing is printed.'));
  }
  tell('');
  printSheet(pictures);
  setTimeout(() => pictures.forEach((img) => URL.revokeObjectURL(img.src)), 60_000);
}

/** One page of a PDF: its pixels, and over them its text, transparent, to be chosen, copied and found. */
import { AnnotationMode, TextLayer, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { showFound } from './found';

export interface PageSize {
  /** Points of 1/72 inch, as it is turned. */
  width: number;
  height: number;
}

/** A page may say that it is as large as a football field. */
const MOST_PIXELS = 16_000_000;

/** scale: CSS pixels a point. query: marked in its text; `at`: which of them is the chosen one, -1 for none. */
export function PdfPage({ pdf, number, size, scale, query, at }: { pdf: PDFDocumentProxy; number: number; size: PageSize; scale: number; query: string; at: number }): ReactElement {
  const pixels = useRef<HTMLCanvasElement>(null);
  const words = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'coming' | 'drawn' | 'failed'>('coming');
  useEffect(() => {
    let stop: () => void = () => undefined;
    let gone = false;
    void pdf.getPage(number).then((page) => {
      if (!gone && pixels.current && words.current) stop = draw(page, scale, pixels.current, words.current, (done) => !gone && setState(done ? 'drawn' : 'failed'));
    }).catch(() => !gone && setState('failed'));
    return () => {
      gone = true;
      stop();
    };
  }, [pdf, number, scale]);
  useEffect(() => (words.current && state === 'drawn' ? showFound(words.current, query, at) : undefined), [query, at, state]);
  return (
    <div className="pdfpage" data-testid="pdf-page" data-page={number} data-state={state} style={{ width: size.width * scale, height: size.height * scale }}>
      <canvas ref={pixels} aria-hidden />
      <div ref={words} className="pdftext" />
      {state === 'failed' && <p className="pdffault" role="alert">{t('Page {number} cannot be drawn: this part of the PDF is broken.', { number: String(number) })}</p>}
    </div>
  );
}

/** Screen pixels of a canvas for a page, no more than fit into memory. */
function sharpness(width: number, height: number): number {
  return Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / Math.max(width * height, 1)));
}

function draw(page: PDFPageProxy, scale: number, pixels: HTMLCanvasElement, words: HTMLDivElement, done: (well: boolean) => void): () => void {
  const viewport = page.getViewport({ scale });
  const sharp = sharpness(viewport.width, viewport.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(Math.round(viewport.width * sharp), 1);
  canvas.height = Math.max(Math.round(viewport.height * sharp), 1);
  const task = page.render({ canvas, viewport, transform: [sharp, 0, 0, sharp, 0, 0], annotationMode: AnnotationMode.ENABLE });
  words.replaceChildren();
  words.style.setProperty('--total-scale-factor', String(scale));
  const text = new TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport });
  Promise.all([task.promise, text.render().catch(() => undefined)]).then(
    () => {
      // At once in place of the old one: a page does not flash when it is enlarged.
      Object.assign(pixels, { width: canvas.width, height: canvas.height });
      pixels.getContext('2d')?.drawImage(canvas, 0, 0);
      done(true);
    },
    (error: unknown) => (error as Error).name !== 'RenderingCancelledException' && done(false),
  );
  return () => {
    task.cancel();
    text.cancel();
  };
}

/** A page as a picture to print. */
export async function pictureOf(page: PDFPageProxy, dotsPerInch: number): Promise<Blob> {
  const one = page.getViewport({ scale: 1 });
  const scale = Math.min(dotsPerInch / 72, Math.sqrt(MOST_PIXELS / Math.max(one.width * one.height, 1)));
  const viewport = page.getViewport({ scale });
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(Math.round(viewport.width), 1);
  canvas.height = Math.max(Math.round(viewport.height), 1);
  await page.render({ canvas, viewport, intent: 'print', annotationMode: AnnotationMode.ENABLE }).promise;
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'));
}

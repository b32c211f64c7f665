/**
 * PDF by pdf.js, in a worker that is a file of ours. Scripts of the document never run (its sandbox is not part of the program), forms of XFA
 * are not read, links are not made: only pixels and text leave it.
 */
import { getDocument, GlobalWorkerOptions, PasswordException, type PDFDocumentProxy } from 'pdfjs-dist';
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { t } from '../../../core/language';

GlobalWorkerOptions.workerSrc = worker;

/** Tables of old character sets, the fourteen fonts that need not be in the file, decoders of JPEG 2000 and JBIG2: files of ours, fetched when one is needed. */
const FILES: Record<string, Record<string, string>> = {
  cMapUrl: byName(import.meta.glob('../../../node_modules/pdfjs-dist/cmaps/*.bcmap', { query: '?url', import: 'default', eager: true })),
  standardFontDataUrl: byName(import.meta.glob('../../../node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', { query: '?url', import: 'default', eager: true })),
  wasmUrl: byName(import.meta.glob('../../../node_modules/pdfjs-dist/wasm/{openjpeg,jbig2,qcms_bg}.wasm', { query: '?url', import: 'default', eager: true })),
};

class OurFiles {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const address = FILES[kind]?.[filename];
    if (!address) throw new Error(`${filename} is not here`);
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${filename}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** More is not laid out: a list of pages can claim anything. */
export const MOST_PAGES = 5000;

/** Rejects with the reason in words. The bytes stay the caller's. `destroy` of its loading task ends it. */
export async function openPdf(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  const task = getDocument({
    data: bytes.slice(),
    BinaryDataFactory: OurFiles,
    useWorkerFetch: false,
    enableXfa: false,
    useSystemFonts: false,
    maxImageSize: 100_000_000,
    // Named only, so that pdf.js asks our files for them.
    cMapUrl: 'cmaps/',
    standardFontDataUrl: 'fonts/',
    wasmUrl: 'wasm/',
    verbosity: 0,
  });
  try {
    return await task.promise;
  } catch (error) {
    void task.destroy();
    if (error instanceof PasswordException) throw new Error(t('The PDF is protected by a password.'), { cause: error });
    throw new Error(t('The PDF is broken: it has no readable page.'), { cause: error });
  }
}

function byName(found: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(found).map(([path, address]) => [path.slice(path.lastIndexOf('/') + 1), String(address)]));
}

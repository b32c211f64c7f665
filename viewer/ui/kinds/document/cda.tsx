/** A clinical document (HL7 CDA) as a page to read, made from its XML by our own rules. */
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, type ReactElement, type ReactNode } from 'react';
import { t } from '../../../core/language';
import { at, attribute, below, parseXml, textOf, within, wordsOf, xmlText, type XmlElement } from '../../../core/xml';
import { keyNow } from '../../keys';
import { IconButton } from '../../parts/icon-button';
import { printSheet } from '../../parts/print';
import { useAnswers } from '../answers';
import type { KindProps } from '../kind-view';
import { codeWords, entryWords, factsOf } from './cda-facts';
import { narrative, type Budget } from './narrative';
import Pdf from './pdf';
import { Unreadable } from './unreadable';


type Props = KindProps & { bytes: Uint8Array; onSave: () => void };

const MOST_NODES = 60_000;
const MOST_SECTIONS_DEEP = 12;
const MOST_ENTRIES = 200;

export default function Cda(props: Props): ReactElement {
  const { model, cell, bytes, onSave } = props;
  const page = useRef<HTMLElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { root, error } = useMemo(() => read(bytes), [bytes]);
  const print = () => page.current && printSheet([page.current.cloneNode(true)]);
  const scroll = (by: number) => scroller.current?.scrollBy({ top: by });
  const screen = () => (scroller.current?.clientHeight ?? 600) * 0.9;
  useAnswers(model, cell, {
    'page.print': print,
    'move.previous': () => scroll(-60),
    'move.next': () => scroll(60),
    'move.back-ten': () => scroll(-screen()),
    'move.on-ten': () => scroll(screen()),
    'cine.toggle': () => scroll(screen()),
    'move.first': () => scroll(-1e6),
    'move.last': () => scroll(1e6),
  });
  const body = root && at(root, 'component/nonXMLBody/text');
  const held = useMemo(() => (body ? heldIn(body) : undefined), [body]);
  if (error || !root) return <Unreadable title={t('This document cannot be shown.')} detail={error} onSave={onSave} />;
  if (held?.type === 'application/pdf' && held.bytes) return <Pdf {...props} bytes={held.bytes} />;
  const budget = { nodes: MOST_NODES };
  return (
    <>
      <div className="kindbar docbar" role="toolbar" aria-label={t('Document')}>
        <b className="clip">{wordsOf(at(root, 'title')) || codeWords(at(root, 'code')) || t('Document')}</b>
        <span className="grow" />
        <IconButton icon={IconPrinter} label={t('Print')} hint={keyNow('page.print')} onClick={print} testid="document-print" />
        <IconButton icon={IconDownload} label={t('Save the file')} onClick={onSave} testid="document-save" />
      </div>
      <div ref={scroller} className="scrolls paper" tabIndex={0}>
        <article ref={page} className="cda" data-testid="cda">
          {root.name === 'ClinicalDocument' ? <Clinical root={root} budget={budget} /> : <Source bytes={bytes} />}
          {held && <NonXml held={held} />}
        </article>
      </div>
    </>
  );
}

function read(bytes: Uint8Array): { root?: XmlElement; error: string } {
  try {
    return { root: parseXml(xmlText(bytes)), error: '' };
  } catch (e) {
    return { error: (e as Error).message };
  }
}

function Clinical({ root, budget }: { root: XmlElement; budget: Budget }): ReactElement {
  const media = useMemo(() => mediaOf(root), [root]);
  const sections = below(at(root, 'component/structuredBody'), 'component').flatMap((component) => below(component, 'section'));
  const picture = (id: string) => (media.has(id) ? <Picture held={media.get(id) as Held} /> : <i className="t3">{t('A picture that is not in the document.')}</i>);
  return (
    <>
      <h1>{wordsOf(at(root, 'title')) || codeWords(at(root, 'code'))}</h1>
      <dl className="cdafacts" data-testid="cda-facts">
        {factsOf(root).map(([name, value], i) => <div key={i}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {sections.map((section, i) => <Section key={i} section={section} level={2} budget={budget} picture={picture} />)}
      {!sections.length && !at(root, 'component/nonXMLBody') && <p className="t3">{t('The document has no text.')}</p>}
    </>
  );
}

function Section({ section, level, budget, picture }: { section: XmlElement; level: number; budget: Budget; picture: (id: string) => ReactNode }): ReactElement | null {
  if (level > MOST_SECTIONS_DEEP) return null;
  const title = wordsOf(at(section, 'title')) || codeWords(at(section, 'code'));
  const text = at(section, 'text');
  const codes = below(section, 'entry').slice(0, MOST_ENTRIES).map(entryWords).filter(Boolean);
  const code = at(section, 'code');
  const heading = [attribute(code, 'codeSystemName'), attribute(code, 'code')].filter(Boolean).join(' ');
  return (
    <section data-testid="cda-section">
      {title && (level === 2 ? <h2 title={heading || undefined}>{title}</h2> : <h3 title={heading || undefined}>{title}</h3>)}
      {text && <div className="cdatext">{narrative(text, budget, picture)}</div>}
      {codes.length > 0 && (
        <details>
          <summary>{t('{count} coded {count|entry|entries}', { count: codes.length })}</summary>
          <ul>{codes.map((words, i) => <li key={i}>{words}</li>)}</ul>
        </details>
      )}
      {below(section, 'component').flatMap((component) => below(component, 'section')).map((inner, i) => <Section key={i} section={inner} level={level + 1} budget={budget} picture={picture} />)}
    </section>
  );
}

/** XML that is no clinical document: its text as it is written. */
function Source({ bytes }: { bytes: Uint8Array }): ReactElement {
  const text = useMemo(() => xmlText(bytes).slice(0, 500_000), [bytes]);
  return (
    <>
      <p className="note" role="status">{t('This is XML, but no clinical document: its text is shown as it is written.')}</p>
      <pre>{text}</pre>
    </>
  );
}

/** What is carried in base 64; bytes undefined: it is elsewhere, and nothing is fetched from there. */
interface Held {
  type: string;
  bytes: Uint8Array | undefined;
  text: string;
}

function heldIn(element: XmlElement): Held {
  const type = attribute(element, 'mediaType').toLowerCase() || 'text/plain';
  const written = textOf(element).trim();
  if (attribute(element, 'representation') !== 'B64') return { type, bytes: undefined, text: written };
  try {
    return { type, bytes: Uint8Array.from(atob(written.replace(/\s+/g, '')), (c) => c.charCodeAt(0)), text: '' };
  } catch {
    return { type, bytes: undefined, text: '' };
  }
}

function mediaOf(root: XmlElement): Map<string, Held> {
  const found = new Map<string, Held>();
  for (const media of within(root, 'observationMedia', 200)) {
    const value = at(media, 'value');
    const id = attribute(media, 'ID');
    if (id && value) found.set(id, heldIn(value));
  }
  return found;
}

function NonXml({ held }: { held: Held }): ReactElement {
  if (/^image\//.test(held.type)) return <Picture held={held} />;
  const text = held.bytes ? new TextDecoder().decode(held.bytes) : held.text;
  if (held.type.startsWith('text/') && text) return <pre data-testid="cda-text">{text.slice(0, 500_000)}</pre>;
  return <p role="alert">{t('Its content ({type}) is not shown here: save the file.', { type: held.type.slice(0, 80) })}</p>;
}

/** Of those that browsers draw as pixels only; SVG could do more. */
const PIXELS = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'];

function Picture({ held }: { held: Held }): ReactElement {
  const img = useRef<HTMLImageElement>(null);
  const fits = held.bytes !== undefined && PIXELS.includes(held.type);
  useEffect(() => {
    if (!fits || !img.current) return undefined;
    const address = URL.createObjectURL(new Blob([held.bytes as Uint8Array<ArrayBuffer>], { type: held.type }));
    img.current.src = address;
    return () => URL.revokeObjectURL(address);
  }, [held, fits]);
  return fits ? <img ref={img} alt={t('Picture of the document')} data-testid="cda-picture" /> : <i className="t3">{t('A picture that is not in the document.')}</i>;
}

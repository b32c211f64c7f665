/** Places that a report marks on images (SCOORD on what it is selected from) or in the patient (SCOORD3D), with what they are said to be. */
import { numbers, text, type DataSet } from '../core/dicom-json';
import { instancesOf, meaningOf, readReport, walk, type ContentItem, type Reference, type Report } from './report';
import { measureOf, unitWords } from './report-words';

export interface Mark {
  position: string;
  type: string;
  points: readonly number[];
  /** Of SCOORD: where it lies. Empty for places in the patient. */
  images: readonly Reference[];
  /** Of SCOORD: points count in the Total Pixel Matrix of a slide, not in a frame of it. */
  isOnMatrix: boolean;
  /** Of SCOORD3D. */
  frameOfReference: string;
  /** 'Nodule, 90 %'. */
  label: string;
  /** Found by a program (CAD), not by a reader. */
  machine: boolean;
}

const CAD_CLASSES = new Set(['1.2.840.10008.5.1.4.1.1.88.50', '1.2.840.10008.5.1.4.1.1.88.65', '1.2.840.10008.5.1.4.1.1.88.69']);
/** Not for Presentation (PS3.16 CID 6034). */
const NOT_PRESENTED = '111152';
const ALGORITHM_NAME = '111001';
const RENDERING_INTENT = '111056';
/** Certainty of Finding, Certainty of Impression, Probability of cancer (PS3.16 TID 4005, 4006). */
const CERTAINTIES = new Set(['111012', '111011', '111047']);
const MOST_MARKS = 5000;

const known = new WeakMap<DataSet, readonly Mark[]>();

export function marksOf(ds: DataSet): readonly Mark[] {
  const marks = known.get(ds) ?? readMarks(ds, readReport(ds));
  known.set(ds, marks);
  return marks;
}

export function isCad(ds: DataSet): boolean {
  return CAD_CLASSES.has(text(ds, '00080016'));
}

function readMarks(ds: DataSet, report: Report): Mark[] {
  const found: Mark[] = [];
  for (const one of walk(report.root)) {
    if (found.length >= MOST_MARKS || one.target || (one.type !== 'SCOORD' && one.type !== 'SCOORD3D')) continue;
    const over = above(one, report);
    if (over.some((o) => intentOf(o) === NOT_PRESENTED)) continue;
    found.push({
      position: one.position,
      type: text(one.data, '00700023').toUpperCase(),
      points: numbers(one.data, '00700022'),
      images: one.type === 'SCOORD' ? imagesOf(one, report) : [],
      // Pixel Origin Interpretation (PS3.3 C.18.6.1.1).
      isOnMatrix: one.type === 'SCOORD' && text(one.data, '00480301').toUpperCase() === 'VOLUME',
      frameOfReference: text(one.data, '30060024'),
      label: labelOf(one, over),
      machine: isCad(ds) || over.some((o) => o.children.some((c) => c.name?.value === ALGORITHM_NAME)),
    });
  }
  return found;
}

/** Those above it, the nearest first, without the root. */
function above(one: ContentItem, report: Report): ContentItem[] {
  const parts = one.position.split('.');
  return parts.slice(1, -1).map((_, i) => report.byPosition.get(parts.slice(0, parts.length - 1 - i).join('.'))).filter((o) => o !== undefined);
}

function intentOf(one: ContentItem): string {
  const intent = one.children.find((c) => c.name?.value === RENDERING_INTENT);
  const code = intent?.data['0040A168']?.Value?.[0];
  return typeof code === 'object' && code !== null ? text(code as DataSet, '00080100') : '';
}

/** What it is selected from, itself or by reference. */
export function imagesOf(one: ContentItem, report: Report): Reference[] {
  return one.children.flatMap((c) => {
    const image = c.target ? report.byPosition.get(c.target) : c;
    return image?.type === 'IMAGE' ? instancesOf(image.data) : [];
  });
}

function labelOf(one: ContentItem, over: readonly ContentItem[]): string {
  const group = over[0];
  if (!group) return meaningOf(one.name);
  const inside = (names: RegExp) => group.children.find((c) => names.test(meaningOf(c.name)));
  const what = group.type === 'CONTAINER' ? valueIn(inside(/^Tracking Identifier$/i)) || valueIn(inside(/^Finding$/i)) || meaningOf(group.name) : valueIn(group) || meaningOf(group.name);
  const certainty = group.children.find((c) => CERTAINTIES.has(c.name?.value ?? '') || /certainty|probability/i.test(meaningOf(c.name)));
  return [what, certainty ? valueIn(certainty) : ''].filter(Boolean).join(', ').slice(0, 80);
}

function valueIn(one: ContentItem | undefined): string {
  if (!one) return '';
  if (one.type === 'NUM') {
    const { number, unit } = measureOf(one.data);
    return [number, unitWords(unit)].filter(Boolean).join(' ');
  }
  const code = one.data['0040A168']?.Value?.[0];
  if (one.type === 'CODE' && typeof code === 'object' && code !== null) return text(code as DataSet, '00080104') || text(code as DataSet, '00080100');
  return one.type === 'TEXT' ? text(one.data, '0040A160') : '';
}

/** A mark lies on this frame. */
export function isOn(mark: Mark, sopInstanceUid: string, frame: number): boolean {
  return !mark.isOnMatrix && mark.images.some((i) => i.uid === sopInstanceUid && (!i.frames.length || i.frames.includes(frame)));
}

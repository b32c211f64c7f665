/** Moments of recordings that a report speaks of: TCOORD selected from a WAVEFORM (PS3.3 C.18.7, C.18.5). */
import type { DataSet } from '../core/dicom-json';
import { instancesOf, meaningOf, parentPosition, type ContentItem, type Reference, type Report } from './report';

export interface Moment {
  reference: Reference;
  /** The TCOORD; undefined: the recording is named without a time. */
  said: DataSet | undefined;
  /** What was found or measured there. */
  words: string;
}

/** one: a TCOORD, or a WAVEFORM itself or below one. Undefined for anything else, and for what names no recording. */
export function momentOf(one: ContentItem, report: Report): Moment | undefined {
  const above = parentOf(one, report);
  const said = one.type === 'TCOORD' ? one : above?.type === 'TCOORD' ? above : undefined;
  const recording = one.type === 'WAVEFORM' ? one : said?.children.map((c) => (c.target ? report.byPosition.get(c.target) : c)).find((c) => c?.type === 'WAVEFORM');
  const reference = recording && instancesOf(recording.data)[0];
  if (!reference?.uid || (one !== said && one !== recording)) return undefined;
  return { reference, said: said?.data, words: said ? meaningOf(parentOf(said, report)?.name ?? said.name) : '' };
}

function parentOf(one: ContentItem, report: Report): ContentItem | undefined {
  return report.byPosition.get(parentPosition(one.position));
}

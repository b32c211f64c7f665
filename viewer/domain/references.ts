/** Which SOP instances an object names, anywhere in it (PS3.3 10.8): what a state, a report or a segmentation is about. */
import { items, numbers, text, type DataSet } from '../core/dicom-json';

/** Frames that are meant, 1-based; empty: all of them. */
export type References = ReadonlyMap<string, readonly number[]>;

/** Hostile nesting ends here. */
const DEEPEST = 32;

export function referencesOf(ds: DataSet): References {
  const found = new Map<string, number[]>();
  collect(ds, found, 0);
  return found;
}

function collect(ds: DataSet, found: Map<string, number[]>, depth: number): void {
  const uid = text(ds, '00081155');
  if (uid) note(found, uid, numbers(ds, '00081160'));
  if (depth >= DEEPEST) return;
  for (const [tag, { vr }] of Object.entries(ds)) if (vr === 'SQ') for (const item of items(ds, tag)) collect(item, found, depth + 1);
}

/** Named once without frames means all of them, whatever else is said. */
function note(found: Map<string, number[]>, uid: string, frames: number[]): void {
  const known = found.get(uid);
  if (known && (!known.length || !frames.length)) found.set(uid, []);
  else found.set(uid, [...new Set([...(known ?? []), ...frames])]);
}

export function isReferenced(references: References, sopInstanceUid: string, frame: number): boolean {
  const frames = references.get(sopInstanceUid);
  return frames !== undefined && (!frames.length || frames.includes(frame));
}

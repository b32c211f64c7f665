/** Key Object Selection documents: which images somebody chose and why, rejection notes among them (PS3.3 A.35.4, PS3.16 TID 2010, CID 7010, CID 7011). */
import { item, items, numbers, personName, text, type DataSet } from '../core/dicom-json';
import type { ImageRef } from './display-sets';

export interface KeyObject {
  uid: string;
  /** Code and meaning of the document title. */
  code: string;
  title: string;
  /** Meanings of its modifiers: the reason of a quality issue, of a rejection. */
  modifiers: readonly string[];
  description: string;
  author: string;
  date: string;
  time: string;
  /** In its order; no frames: all of them. */
  references: readonly { uid: string; frames: readonly number[] }[];
  /** Series of the images, by the evidence it lists. */
  series: readonly string[];
  kind: 'key' | 'rejection' | 'quality';
}

export const KEY_OBJECT_CLASS = '1.2.840.10008.5.1.4.1.1.88.59';
/** Rejected for Quality Reasons, for Patient Safety Reasons, Incorrect Modality Worklist Entry, Data Retention Policy Expired (CID 7011). */
const REJECTIONS = new Set(['113001', '113037', '113038', '113039']);
/** Says something about an image, but does not choose it. */
const QUALITY_ISSUE = '113010';
const DEEPEST = 8;
const MOST = 10_000;

/** Tolerant: what it does not say is empty. Undefined for another class. */
export function readKeyObject(ds: DataSet): KeyObject | undefined {
  if (text(ds, '00080016') !== KEY_OBJECT_CLASS) return undefined;
  const concept = item(ds, '0040A043');
  const code = text(concept, '00080100');
  const isDcm = ['DCM', ''].includes(text(concept, '00080102'));
  const content = contentOf(ds);
  const named = (name: string) => content.filter((one) => text(item(one, '0040A043'), '00080100') === name);
  return {
    uid: text(ds, '00080018'),
    code,
    title: text(concept, '00080104').slice(0, 200) || code,
    modifiers: named('113011').map((one) => text(item(one, '0040A168'), '00080104').slice(0, 200)).filter(Boolean),
    description: text(named('113012')[0], '0040A160').slice(0, 2000),
    author: personName(named('121008')[0], '0040A123').alphabetic,
    date: text(ds, '00080023') || text(ds, '00080021'),
    time: text(ds, '00080033') || text(ds, '00080031'),
    references: content.flatMap((one) => items(one, '00081199')).map((one) => ({ uid: text(one, '00081155'), frames: numbers(one, '00081160').map(Math.trunc) })).filter(({ uid }) => uid),
    series: [...new Set(items(ds, '0040A375').flatMap((study) => items(study, '00081115')).map((series) => text(series, '0020000E')).filter(Boolean))],
    kind: isDcm && REJECTIONS.has(code) ? 'rejection' : isDcm && code === QUALITY_ISSUE ? 'quality' : 'key',
  };
}

function contentOf(ds: DataSet, depth = 0): DataSet[] {
  if (depth >= DEEPEST) return [];
  return items(ds, '0040A730').slice(0, MOST).flatMap((one) => [one, ...contentOf(one, depth + 1)]).slice(0, MOST);
}

/** Documents by the images they name. */
export class KeyIndex {
  private readonly byImage = new Map<string, { object: KeyObject; frames: readonly number[] }[]>();

  constructor(readonly objects: readonly KeyObject[]) {
    for (const object of objects) {
      for (const { uid, frames } of object.references) this.byImage.set(uid, [...(this.byImage.get(uid) ?? []), { object, frames }]);
    }
  }

  /** Those that name a frame, of a kind. */
  about({ sopInstanceUid, frame }: Pick<ImageRef, 'sopInstanceUid' | 'frame'>, kind: KeyObject['kind']): KeyObject[] {
    return (this.byImage.get(sopInstanceUid) ?? []).filter(({ object, frames }) => object.kind === kind && (!frames.length || frames.includes(frame))).map(({ object }) => object);
  }
}

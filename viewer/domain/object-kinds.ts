/** What opens an object: by its SOP class (contract/objects.csv, by way of viewer/dev/object_kinds.py), then by what it is made of. */
import { text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import kinds from './object-kinds.json';

export type ObjectKind =
  | 'images' | 'video' | 'slide' | 'spectra' | 'report' | 'measurements' | 'waveform' | 'document' | 'mesh' | 'plan' | 'structures' | 'segmentation'
  | 'registration' | 'fiducials' | 'tracts' | 'scan' | 'annotations' | 'presentation' | 'key-objects' | 'tags' | 'films' | 'overlay' | 'curve';

/** What a part of a series is called that holds several kinds. The order is that of their cards, and never changes: cells are kept by it. */
export const KIND_NAMES: Record<Exclude<ObjectKind, 'images'>, string> = {
  video: t('Video'), slide: t('Slide'), spectra: t('Spectra'), report: t('Report'), measurements: t('Measurements'), waveform: t('Waveform'), document: t('Document'), mesh: t('Model {#of a surface}'),
  plan: t('Plan'), structures: t('Structures'), segmentation: t('Segmentation'), registration: t('Registration'), fiducials: t('Fiducials'), tracts: t('Tracts'), scan: t('Surface scan'),
  annotations: t('Annotations'), presentation: t('Presentation state'), 'key-objects': t('Key images'), tags: t('Tags'), films: t('Films'), overlay: t('Overlay {#drawn over an image}'), curve: t('Curve'),
};

const BY_CLASS: Record<string, string> = kinds;

/** MPEG-2, MPEG-4 AVC/H.264, HEVC/H.265 (PS3.5 A.4.5 to A.4.9). */
export function isVideo(ds: DataSet): boolean {
  return /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/.test(text(ds, '00083002'));
}

/** Private and unknown classes: by what they hold. */
export function kindOfObject(ds: DataSet): ObjectKind {
  if (isVideo(ds)) return 'video';
  const known = BY_CLASS[text(ds, '00080016')] as ObjectKind | undefined;
  if (known === 'video') return 'images';
  if (known) return known;
  if ('00280004' in ds) return 'images';
  if ('54000100' in ds) return 'waveform';
  return '0040A730' in ds ? 'report' : 'tags';
}

export function kindOfClass(uid: string): ObjectKind {
  return (BY_CLASS[uid] as ObjectKind | undefined) ?? 'tags';
}

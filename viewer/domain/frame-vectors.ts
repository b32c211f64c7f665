/**
 * What the frames of a multi-frame secondary capture are, where Frame Increment Pointer says that they are no moments: pages, labels,
 * angles, slices (PS3.3 C.7.6.6, C.8.6.4). Pure values.
 */
import { numbers, strings, type DataSet } from '../core/dicom-json';
import { figure } from '../core/figures';
import { t } from '../core/language';

const PAGE = '00182001';
const LABEL = '00182002';
const ANGLES = ['00182003', '00182004'];
const SLICE = '00182005';
const WINDOW_LABEL = '00182006';
const VECTORS = [PAGE, LABEL, ...ANGLES, SLICE, WINDOW_LABEL];

function pointers(ds: DataSet): string[] {
  return strings(ds, '00280009').map((tag) => tag.replace(/[^0-9A-Fa-f]/g, '').toUpperCase());
}

/** The frames are something else than moments of a film. */
export function isNoFilm(ds: DataSet): boolean {
  const pointed = pointers(ds);
  return pointed.length > 0 && pointed.every((tag) => VECTORS.includes(tag));
}

/** 'page 3, left': of a frame, from 1. '' where no vector says anything of it. */
export function vectorName(ds: DataSet, frame: number): string {
  return pointers(ds).map((tag) => ofVector(ds, tag, frame - 1)).filter(Boolean).join(', ');
}

function ofVector(ds: DataSet, tag: string, at: number): string {
  if (tag === LABEL || tag === WINDOW_LABEL) return strings(ds, tag)[at]?.trim() ?? '';
  if (!VECTORS.includes(tag)) return '';
  const value = numbers(ds, tag)[at];
  if (value === undefined || !Number.isFinite(value)) return '';
  if (tag === PAGE) return t('page {number}', { number: value });
  return tag === SLICE ? `${figure(value, 2)} mm` : `${figure(value, 1)}°`;
}

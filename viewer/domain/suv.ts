/** SUV of an image in words, in windows, and as values (core/suv.ts). */
import { figure, fixed } from '../core/figures';
import { text } from '../core/dicom-json';
import { isSuv, suvOf, suvUnit, type SuvKind, type SuvLack, type SuvResult } from '../core/suv';
import type { Voi, Window } from '../core/voi';
import type { ImageRef } from './display-sets';
import { number, t } from './language';

/** Undefined for what is no PET: nobody expects an SUV there. */
export function suvOfImage({ dataset, frame }: ImageRef, kind: SuvKind): SuvResult | undefined {
  if (text(dataset, '00080060') !== 'PT') return undefined;
  const known = results.get(dataset) ?? new Map<string, SuvResult>();
  results.set(dataset, known);
  const key = `${kind} ${frame}`;
  const found = known.get(key) ?? suvOf(dataset, frame, kind);
  known.set(key, found);
  return found;
}

const results = new WeakMap<object, Map<string, SuvResult>>();

/** As PS3.16 CID 85 names them. */
export const SUV_NAMES: Record<SuvKind, string> = {
  'bw': 'SUVbw', 'lbm-james': 'SUVlbm (James 128)', 'lbm-janma': 'SUVlbm (Janmahasatian)', 'bsa': 'SUVbsa',
};

export function isSuvKind(value: unknown): value is SuvKind {
  return typeof value === 'string' && Object.hasOwn(SUV_NAMES, value);
}

const LACKS: Record<SuvLack, string> = {
  'units': t('units that are an activity or an SUV'),
  'attenuation': t('a correction for attenuation'),
  'decay': t('how decay was corrected'),
  'dose': t('the injected dose in Bq'),
  'half-life': t('the half-life'),
  'start': t('when the tracer was given'),
  'scan': t('when the scan began'),
  'weight': t('the weight of the patient'),
  'height': t('the height of the patient in metres'),
  'sex': t('the sex of the patient'),
};

/** 'No SUV: the object does not say the weight of the patient, the injected dose in Bq.' */
export function lackText(lacks: readonly SuvLack[]): string {
  return t('No SUV: the object does not say {what}.', { what: lacks.map((lack) => LACKS[lack]).join(', ') });
}

/** 'SUVbw 4.00'; three significant digits from 10 on. */
export function suvText(value: number, kind: SuvKind): string {
  return `${SUV_NAMES[kind].split(' ')[0] ?? ''} ${fixed(value, Math.abs(value) < 10 ? 2 : 1)}`;
}

/** Where uptake is looked at, the first on the first key. */
const ENDS = [5, 7, 10, 15, 20];

/** From 0 to those SUVs, in the units of the image. */
export function suvWindows(image: ImageRef, kind: SuvKind): Window[] {
  const suv = suvOfImage(image, kind);
  return isSuv(suv) ? ENDS.map((end) => suvWindow(0, end, suv.factor)) : [];
}

/** low and high in SUV; exact, since a window in Bq/ml has no whole numbers. */
export function suvWindow(low: number, high: number, factor: number): Window {
  return { center: (low + high) / 2 / factor, width: (high - low) / factor, function: 'LINEAR_EXACT', explanation: `SUV ${short(low)}–${short(high)}` };
}

/** 'SUV 0–5' of any window; undefined for tables and without SUV. */
export function suvWindowText(image: ImageRef, voi: Voi, kind: SuvKind): string | undefined {
  const suv = suvOfImage(image, kind);
  if (!isSuv(suv) || voi.kind !== 'window') return undefined;
  const { center, width } = voi.window;
  return `SUV ${short((center - width / 2) * suv.factor)}–${short((center + width / 2) * suv.factor)}`;
}

function short(v: number): string {
  return figure(v, Math.abs(v) < 10 ? 2 : 1);
}

/** What an SUV was reckoned from: '262.9 MBq left after 60 min, 87 kg'. '' when the object had SUVs already. */
export function suvBasis({ dataset }: ImageRef, suv: SuvResult | undefined): string {
  if (!isSuv(suv) || suv.dose === undefined) return '';
  const minutes = Math.round((suv.uptake ?? 0) / 60);
  return t('{dose} MBq left after {minutes} min, {unit}', { dose: number(suv.dose / 1e6, 1), minutes: String(minutes), unit: `${text(dataset, '00101030')} kg, ${suvUnit(suv.kind)}` });
}

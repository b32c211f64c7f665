/** Values of interest: modality values to what is shown, 0..1 (PS3.3 C.11.2). */
import { t } from './language';

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

export interface Window {
  center: number;
  width: number;
  function: VoiFunction;
  explanation: string;
}

/** A lookup table, entries 0 .. 2^bits - 1, for inputs from `first` on (PS3.3 C.11.1.1, C.11.2.1.1). */
export interface Lut {
  first: number;
  bits: number;
  entries: Uint16Array | Uint8Array;
  explanation: string;
}

export type Voi = { kind: 'window'; window: Window } | { kind: 'lut'; lut: Lut };

/** LINEAR needs a width of at least 1, the others more than 0 (PS3.3 C.11.2.1.2.1, C.11.2.1.3.1, C.11.2.1.3.2). */
export function isValidWindow(w: Window): boolean {
  if (!Number.isFinite(w.center) || !Number.isFinite(w.width)) return false;
  return w.function === 'LINEAR' ? w.width >= 1 : w.width > 0;
}

/**
 * Map one modality value to 0..1.
 * LINEAR shifts the centre by 0.5 and the width by 1 (C.11.2.1.2.1), LINEAR_EXACT does not (C.11.2.1.3.2),
 * SIGMOID is 1 / (1 + exp(-4 (x - c) / w)) (C.11.2.1.3.1).
 */
export function applyWindow(x: number, w: Window): number {
  if (w.function === 'SIGMOID') return 1 / (1 + Math.exp((-4 * (x - w.center)) / w.width));
  const [c, span] = w.function === 'LINEAR' ? [w.center - 0.5, w.width - 1] : [w.center, w.width];
  if (x <= c - span / 2) return 0;
  if (x > c + span / 2) return 1;
  return (x - c) / span + 0.5;
}

/** Entry for an input, fractions rounded as the server does; inputs below the first or above the last take that entry (C.11.2.1.1). */
export function lookUp(x: number, lut: Lut): number {
  const i = Math.min(Math.max(Math.round(x) - lut.first, 0), lut.entries.length - 1);
  return lut.entries[i] ?? 0;
}

export function applyVoi(x: number, voi: Voi): number {
  if (voi.kind === 'window') return applyWindow(x, voi.window);
  return lookUp(x, voi.lut) / (2 ** voi.lut.bits - 1);
}

/** The LINEAR window that shows min as black, max as white and everything between (both modality values). */
export function windowOver(min: number, max: number): Window {
  const width = Math.max(max - min + 1, 1);
  return { center: min + width / 2, width, function: 'LINEAR', explanation: t('Full range') };
}

export function toVoiFunction(value: string): VoiFunction {
  return value === 'SIGMOID' || value === 'LINEAR_EXACT' ? value : 'LINEAR';
}

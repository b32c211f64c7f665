/** Stored values to modality values: rescale or modality LUT (PS3.3 C.11.1). */
import { lookUp, type Lut } from './voi';

export type Modality = { kind: 'rescale'; slope: number; intercept: number; unit: string } | { kind: 'lut'; lut: Lut; unit: string };

export const IDENTITY: Modality = { kind: 'rescale', slope: 1, intercept: 0, unit: '' };

export function applyModality(stored: number, modality: Modality): number {
  return modality.kind === 'lut' ? lookUp(stored, modality.lut) : stored * modality.slope + modality.intercept;
}

/** How a volume may look in three dimensions: our own transfer functions, by what the values are. */
import type { Block } from '../core/block';
import type { Transfer, TransferPoint } from '../core/transfer';
import { t } from '../core/language';
import type { OwnTransfer } from './volume-kept';

export interface ThreePreset {
  id: string;
  name: string;
  /** Points in HU, or in shares of the range of the volume. */
  scale: 'HU' | 'share';
  transfer: Transfer;
}

/** Opacities are for each millimetre. */
const HU: readonly ThreePreset[] = [
  {
    id: 'ct-bone', name: t('CT bone'), scale: 'HU',
    transfer: { maximum: false, lit: true, points: [[140, 110, 50, 30, 0], [220, 160, 100, 70, 0.05], [400, 225, 195, 155, 0.35], [1000, 255, 246, 226, 0.8], [2500, 255, 255, 255, 0.95]] },
  },
  {
    id: 'ct-soft', name: t('CT soft tissue'), scale: 'HU',
    transfer: { maximum: false, lit: true, points: [[-160, 120, 80, 50, 0], [-60, 215, 170, 120, 0.03], [20, 200, 110, 90, 0.12], [80, 210, 110, 95, 0.25], [250, 240, 220, 190, 0.5], [1500, 255, 252, 240, 0.9]] },
  },
  {
    id: 'ct-lung', name: t('CT lung'), scale: 'HU',
    transfer: { maximum: false, lit: true, points: [[-980, 30, 40, 60, 0], [-900, 60, 90, 130, 0.004], [-700, 120, 160, 200, 0.03], [-500, 190, 200, 210, 0.02], [-350, 200, 160, 140, 0.003], [-200, 200, 140, 120, 0], [150, 230, 200, 170, 0.02], [1500, 255, 250, 240, 0.3]] },
  },
  {
    id: 'ct-angio', name: t('CT angio'), scale: 'HU',
    transfer: { maximum: false, lit: true, points: [[110, 120, 20, 10, 0], [170, 190, 50, 30, 0.15], [300, 225, 100, 60, 0.5], [600, 250, 225, 190, 0.7], [2000, 255, 255, 255, 0.9]] },
  },
  { id: 'ct-mip', name: t('CT maximum (MIP)'), scale: 'HU', transfer: { maximum: true, lit: false, points: greys(-100, 900) } },
];

const SHARES: readonly ThreePreset[] = [
  {
    id: 'mr', name: t('MR surface'), scale: 'share',
    transfer: { maximum: false, lit: true, points: [[0.08, 60, 60, 70, 0], [0.16, 130, 125, 125, 0.03], [0.35, 190, 180, 170, 0.15], [0.7, 235, 230, 225, 0.4], [1, 255, 255, 255, 0.6]] },
  },
  { id: 'mip', name: t('Maximum (MIP)'), scale: 'share', transfer: { maximum: true, lit: false, points: greys(0, 0.8) } },
  { id: 'mip-inverse', name: t('Maximum (MIP), dark on light'), scale: 'share', transfer: { maximum: true, lit: false, points: greys(0, 0.5).map(([v, r, g, b, a]): TransferPoint => [v, 255 - r, 255 - g, 255 - b, a]) } },
];

function greys(low: number, high: number): TransferPoint[] {
  return [[low, 0, 0, 0, 0], [high, 255, 255, 255, 1]];
}

export const THREE_PRESETS: readonly ThreePreset[] = [...HU, ...SHARES];

/** Those that fit the values, the usual one first. */
export function presetsFor3D(modality: string, unit: string): readonly ThreePreset[] {
  if (unit === 'HU') return HU;
  const [mr, mip, inverse] = SHARES as [ThreePreset, ThreePreset, ThreePreset];
  return modality === 'PT' || modality === 'NM' ? [inverse, mip, mr] : [mr, mip, inverse];
}

export const OWN_PRESET = 'own';

/** Of an object that says how its volume looks, in modality values. */
export function ownPreset({ name, transfer }: OwnTransfer): ThreePreset {
  return { id: OWN_PRESET, name, scale: 'HU', transfer };
}

/** The transfer function in the units of the block. */
export function transferOf({ transfer, scale }: ThreePreset, { low, high }: Pick<Block, 'low' | 'high'>): Transfer {
  if (scale === 'HU') return transfer;
  return { ...transfer, points: transfer.points.map(([v, ...rest]) => [low + v * (high - low), ...rest] as const) };
}

/** Window presets on the keys 1 to 9: by modality, or what the object brings. */
import type { Voi, Window } from '../core/voi';

export interface Preset {
  name: string;
  voi: Voi;
}

const CT: [string, number, number][] = [
  ['Brain', 80, 40],
  ['Subdural', 215, 75],
  ['Stroke', 40, 40],
  ['Bone', 1900, 420],
  ['Lung', 1500, -600],
  ['Mediastinum', 350, 50],
  ['Abdomen', 400, 40],
  ['Liver', 150, 60],
  ['Angio', 600, 300],
];

/** CT in HU has fixed presets. Others have the windows and LUTs of the object, and the full range of the image last. */
export function presetsFor(modality: string, unit: string, own: readonly Voi[], full: Window): Preset[] {
  if (modality === 'CT' && unit === 'HU') {
    return CT.map(([name, width, center]) => ({ name, voi: { kind: 'window', window: { center, width, function: 'LINEAR', explanation: name } } }));
  }
  const named = own.slice(0, 8).map((voi, i): Preset => ({ name: nameOf(voi) || `Window ${i + 1}`, voi }));
  return [...named, { name: 'Full range', voi: { kind: 'window', window: full } }];
}

export function nameOf(voi: Voi): string {
  return voi.kind === 'window' ? voi.window.explanation : voi.lut.explanation || 'LUT';
}

export function sameVoi(a: Voi | undefined, b: Voi | undefined): boolean {
  if (!a || !b || a.kind !== b.kind) return false;
  if (a.kind === 'lut' && b.kind === 'lut') return a.lut === b.lut;
  if (a.kind === 'window' && b.kind === 'window') {
    return a.window.center === b.window.center && a.window.width === b.window.width && a.window.function === b.window.function;
  }
  return false;
}

/** 'W 1900  L 420'; tables have no width, so they are told by name. */
export function windowText(voi: Voi): string {
  if (voi.kind === 'lut') return voi.lut.explanation ? `LUT ${voi.lut.explanation}` : 'LUT of the object';
  return `W ${short(voi.window.width)}  L ${short(voi.window.center)}${voi.window.function === 'SIGMOID' ? ' sigmoid' : ''}`;
}

function short(n: number): string {
  const digits = Math.abs(n) >= 100 ? 0 : Math.abs(n) >= 10 ? 1 : 3;
  return String(Number(n.toFixed(digits))).replace('-', '−');
}

/** Window after a drag: right widens, down darkens (raises the centre). step: units a pixel, by the current width. */
export function draggedWindow(start: Window, dx: number, dy: number): Window {
  const step = Math.max(start.width / 400, 1e-6);
  const least = start.function === 'LINEAR' ? 1 : 1e-3;
  const fine = start.width > 20 ? Math.round : (v: number) => Math.round(v * 1000) / 1000;
  return { ...start, width: Math.max(fine(start.width + dx * step), least), center: fine(start.center + dy * step), explanation: '' };
}

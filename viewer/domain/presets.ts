/** Window presets on the keys 1 to 9: by modality, or what the object brings. */
import { figure } from '../core/figures';
import { t } from '../core/language';
import { isValidWindow, type Voi, type Window } from '../core/voi';

export interface Preset {
  name: string;
  voi: Voi;
  /** 1 to 9, or 0 when it has none. */
  key: number;
}

/** A window somebody kept. key: 1 to 9, or 0. */
export interface OwnPreset {
  modality: string;
  name: string;
  key: number;
  window: Window;
}

export function isOwnPresets(value: unknown): value is OwnPreset[] {
  const isOwn = (p: Partial<OwnPreset> | null) =>
    typeof p?.modality === 'string' && typeof p.name === 'string' && typeof p.key === 'number' && p.window !== undefined && isValidWindow(p.window);
  return Array.isArray(value) && value.every(isOwn);
}

/** Kept in the place of `before`, else last. A name or a key that is taken goes to the newer one. */
export function withPreset(all: readonly OwnPreset[], preset: OwnPreset, before?: OwnPreset): OwnPreset[] {
  const same = (p: OwnPreset, other: OwnPreset | undefined) => p.modality === other?.modality && p.name === other.name;
  const freed = all.map((p) => (p.modality === preset.modality && preset.key && p.key === preset.key ? { ...p, key: 0 } : p));
  const place = freed.findIndex((p) => same(p, before));
  const put = place < 0 ? [...freed, preset] : freed.with(place, preset);
  return put.filter((p) => p === preset || !same(p, preset));
}

/** One up (-1) or down (1) among those of its modality. */
export function movedPreset(all: readonly OwnPreset[], preset: OwnPreset, by: -1 | 1): OwnPreset[] {
  const places = all.flatMap((p, i) => (p.modality === preset.modality ? [i] : []));
  const at = places.findIndex((i) => all[i]?.name === preset.name);
  const [from, to] = [places[at], places[at + by]];
  if (from === undefined || to === undefined) return [...all];
  return all.with(from, all[to] as OwnPreset).with(to, all[from] as OwnPreset);
}

const CT: [string, number, number][] = [
  [t('Brain'), 80, 40],
  [t('Subdural'), 215, 75],
  [t('Stroke'), 40, 40],
  [t('Bone'), 1900, 420],
  [t('Lung'), 1500, -600],
  [t('Mediastinum'), 350, 50],
  [t('Abdomen'), 400, 40],
  [t('Liver'), 150, 60],
  [t('Angio'), 600, 300],
];

/**
 * CT in HU has fixed presets on the keys, then what the object brings. Others have the windows and LUTs of the object
 * first and the full range of the image last; PET has those of uptake before them. A window of one's own takes the key it was given;
 * without one it comes last.
 */
export function presetsFor(modality: string, unit: string, own: readonly Voi[], full: Window, mine: readonly OwnPreset[] = [], uptake: readonly Window[] = []): Preset[] {
  const fixed = modality === 'CT' && unit === 'HU' ? CT.map(([name, width, center]) => ofWindow(name, { center, width, function: 'LINEAR', explanation: name })) : uptake.map((w) => ofWindow(w.explanation, w));
  const named = own.map((voi, i) => ({ name: nameOf(voi) || t('Window {number}', { number: i + 1 }), voi }));
  const usual = [...fixed, ...named, ofWindow(t('Full range'), full)];
  const keyed = new Map(mine.filter((p) => p.key >= 1 && p.key <= 9).map((p) => [p.key, ofWindow(p.name, p.window)]));
  const onKeys: (Preset | undefined)[] = Array.from({ length: 9 }, (_, i) => {
    const preset = keyed.get(i + 1) ?? usual[i];
    return preset && { ...preset, key: i + 1 };
  });
  const displaced = usual.slice(0, 9).filter((_, i) => keyed.has(i + 1));
  const rest = [...displaced, ...usual.slice(9), ...mine.filter((p) => !p.key).map((p) => ofWindow(p.name, p.window))];
  return [...onKeys.filter((p) => p !== undefined), ...rest.map((p) => ({ ...p, key: 0 }))];
}

function ofWindow(name: string, window: Window): Omit<Preset, 'key'> {
  return { name, voi: { kind: 'window', window } };
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
  if (voi.kind === 'lut') return voi.lut.explanation ? `LUT ${voi.lut.explanation}` : t('LUT of the object');
  return `W ${short(voi.window.width)}  L ${short(voi.window.center)}${FUNCTIONS[voi.window.function]}`;
}

const FUNCTIONS: Record<Window['function'], string> = { LINEAR: '', LINEAR_EXACT: ` ${t('exact')}`, SIGMOID: ` ${t('sigmoid')}` };

function short(n: number): string {
  const digits = Math.abs(n) >= 100 ? 0 : Math.abs(n) >= 10 ? 1 : 3;
  return figure(n, digits);
}

/** Window after a drag: right widens, down darkens (raises the centre). step: units a pixel, by the current width. */
export function draggedWindow(start: Window, dx: number, dy: number): Window {
  const step = Math.max(start.width / 400, 1e-6);
  const least = start.function === 'LINEAR' ? 1 : 1e-3;
  const fine = start.width > 20 ? Math.round : (v: number) => Math.round(v * 1000) / 1000;
  return { ...start, width: Math.max(fine(start.width + dx * step), least), center: fine(start.center + dy * step), explanation: '' };
}

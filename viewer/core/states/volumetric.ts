/** Volumetric presentation states: planes and pictures of volumes (PS3.3 A.80, C.11.23 to C.11.32). */
import { cross, dot, type Point3 } from '../geometry';
import { readCropRules, type CropRule } from './cropping';
import { item, items, number, numbers, text, type DataSet } from '../dicom-json';
import { t } from '../language';
import { readPalette, type Palette } from '../luts';
import type { SlabMode } from '../reslice';
import type { Voi } from '../voi';
import { readVoi } from './grey-stage';
import { BrokenState, exactly, readScope, type ImageReference } from './strict';

const BASE = '1.2.840.10008.5.1.4.1.1.11.';
const CLASSES: Record<string, 'planes' | 'picture'> = { 6: 'planes', 7: 'planes', 9: 'picture', 10: 'picture', 11: 'picture' };

/** 'planes': a planar reconstruction; 'picture': a volume in three dimensions. Undefined for others. */
export function volumetricKind(ds: DataSet): 'planes' | 'picture' | undefined {
  const uid = text(ds, '00080016');
  return uid.startsWith(BASE) ? CLASSES[uid.slice(BASE.length)] : undefined;
}

/** voi: undefined for the identity. */
export interface VolumetricInput {
  number: number;
  images: readonly ImageReference[];
  voi: Voi | undefined;
  crops: readonly CropRule[];
}

/** A rectangle in the patient, LPS, mm. thickness 0: thin. */
export interface PlaneView {
  corner: Point3;
  right: Point3;
  down: Point3;
  width: number;
  height: number;
  slab: { mode: SlabMode; thickness: number };
}

/** field: left, right, top, bottom, near and far of what is seen, mm from the eye (C.11.30.1). */
export interface RenderView {
  position: Point3;
  lookAt: Point3;
  up: Point3;
  field: readonly [number, number, number, number, number, number];
  isPerspective: boolean;
  method: 'VOLUME_RENDERED' | 'MAXIMUM_IP' | 'MINIMUM_IP';
  /** mm between samples along a ray; 0 where not said. */
  step: number;
}

/** palette: none for greys. alpha: 0..1, spread evenly over what the window lets through; undefined: opaque. */
export interface Component {
  input: number;
  palette: Palette | undefined;
  alpha: Float64Array | 'IDENTITY' | undefined;
}

export interface Volumetric {
  frame: string;
  inputs: readonly VolumetricInput[];
  plane: PlaneView | undefined;
  render: RenderView | undefined;
  inverted: boolean;
  components: readonly Component[];
  /** Share of the second of two in what is shown, where both are opaque. */
  opacity: number;
  /** What of it is not carried out here, a sentence each. */
  lacks: readonly string[];
}

const MOST = 100;

/** The images of all inputs, with the series that the object names for them; tolerant. */
export function volumetricImages(ds: DataSet): ImageReference[] {
  const seriesOf = seriesIn(ds);
  return items(ds, '0070120A').slice(0, MOST).flatMap((set) => readScope(set)).map((one) => ({ ...one, series: seriesOf(one.uid) }));
}

/** The series of an object that the state names; '' where it does not say. */
function seriesIn(ds: DataSet): (uid: string) => string {
  const series = new Map(items(ds, '00081115').slice(0, MOST).flatMap((one) => [...items(one, '0008114A'), ...items(one, '00081199'), ...items(one, '00081140')].map((ref) => [text(ref, '00081155'), text(one, '0020000E')] as const)));
  return (uid) => series.get(uid) ?? '';
}

/** Throws BrokenState for what is missing or no geometry. */
export function readVolumetric(ds: DataSet): Volumetric {
  const kind = volumetricKind(ds);
  const images = volumetricImages(ds);
  const sets = new Map(items(ds, '0070120A').slice(0, MOST).map((set) => [text(set, '00701209'), readScope(set).map(({ uid, frames }) => ({ ...(images.find((i) => i.uid === uid) as ImageReference), frames }))]));
  const global = text(ds, '0070120B') === 'YES' ? numbers(ds, '0070120C') : [];
  const cropsOf = (one: DataSet) => [...new Set([...global, ...(text(one, '00701204') === 'YES' ? numbers(one, '00701205') : [])])];
  const sources = items(ds, '00701201').slice(0, MOST);
  const rules = readCropRules(ds, new Set(sources.flatMap(cropsOf)), seriesIn(ds));
  const inputs = sources.map((one): VolumetricInput => ({
    number: number(one, '00701207') ?? 0, images: sets.get(text(one, '00701209')) ?? [], voi: readVoi(one), crops: cropsOf(one).map((n) => rules.get(n) as CropRule),
  }));
  if (!inputs.some((input) => input.images.length)) throw new BrokenState('Volumetric Presentation Input Set Sequence');
  const streams = items(ds, '00701A08').slice(0, MOST).flatMap((stream) => items(stream, '00701801'));
  const components = [...items(ds, '00701801'), ...streams].slice(0, MOST).map(componentOf);
  const made = {
    frame: text(ds, '00200052'), inputs, components, opacity: opacityOf(ds),
    plane: kind === 'planes' ? planeView(ds) : undefined,
    render: kind === 'picture' ? renderView(ds) : undefined,
    inverted: text(ds, '20500020').toUpperCase() === 'INVERSE',
  };
  return { ...made, lacks: lacksOf(ds, made) };
}

function planeView(ds: DataSet): PlaneView {
  const point = (tag: string, name: string) => exactly(ds, tag, 3, name) as unknown as Point3;
  const [right, down] = [unit(point('00701507', 'MPR View Width Direction'), 'MPR View Width Direction'), unit(point('00701511', 'MPR View Height Direction'), 'MPR View Height Direction')];
  if (text(ds, '00701501').toUpperCase() !== 'PLANAR') throw new BrokenState('Multi-Planar Reconstruction Style');
  if (Math.abs(dot(right, down)) > 0.01) throw new BrokenState('MPR View Height Direction');
  const size = (tag: string, name: string) => {
    const [mm] = exactly(ds, tag, 1, name) as [number];
    if (!(mm > 0 && mm < 1e5)) throw new BrokenState(name);
    return mm;
  };
  const mode = ({ AVERAGE_IP: 'mean', MINIMUM_IP: 'min', MAXIMUM_IP: 'max' } as const)[text(ds, '00701206').toUpperCase()] ?? 'mean';
  const thickness = text(ds, '00701502').toUpperCase() === 'SLAB' ? size('00701503', 'MPR Slab Thickness') : 0;
  return { corner: point('00701505', 'MPR Top Left Hand Corner'), right, down, width: size('00701508', 'MPR View Width'), height: size('00701512', 'MPR View Height'), slab: { mode, thickness } };
}

function renderView(ds: DataSet): RenderView {
  const point = (tag: string, name: string) => exactly(ds, tag, 3, name) as unknown as Point3;
  const [position, lookAt] = [point('00701603', 'Viewpoint Position'), point('00701604', 'Viewpoint LookAt Point')];
  const towards = unit(position.map((v, i) => v - (lookAt[i] as number)) as Point3, 'Viewpoint LookAt Point');
  const up = unit(point('00701605', 'Viewpoint Up Direction'), 'Viewpoint Up Direction');
  if (Math.abs(dot(towards, up)) > 0.9999) throw new BrokenState('Viewpoint Up Direction');
  const field = exactly(ds, '00701606', 6, 'Render Field of View') as unknown as RenderView['field'];
  const [left, right, top, bottom] = field;
  if (!(right > left && top > bottom && Math.max(...field.map(Math.abs)) < 1e6)) throw new BrokenState('Render Field of View');
  const method = (['VOLUME_RENDERED', 'MAXIMUM_IP', 'MINIMUM_IP'] as const).find((m) => m === text(ds, '0070120D').toUpperCase()) ?? 'VOLUME_RENDERED';
  return { position, lookAt, up, field, method, isPerspective: text(ds, '00701602').toUpperCase() === 'PERSPECTIVE', step: Math.max(number(ds, '00701607') ?? 0, 0) };
}

function unit(v: Point3, name: string): Point3 {
  const length = Math.hypot(...v);
  if (!(length > 1e-9 && length < 1e9)) throw new BrokenState(name);
  return [v[0] / length, v[1] / length, v[2] / length];
}

function componentOf(one: DataSet): Component {
  const inner = item(one, '00480120') ?? one;
  const input = number(items(one, '00701803')[0], '00701804') ?? 0;
  const palette = text(one, '0028140F').toUpperCase() === 'TABLE' ? readPalette(inner, false) : undefined;
  const named = text(one, '00281410').toUpperCase();
  return { input, palette, alpha: named === 'IDENTITY' ? 'IDENTITY' : named === 'TABLE' ? alphaOf(inner) : undefined };
}

/** The Alpha Palette Color Lookup Table as shares. */
function alphaOf(ds: DataSet): Float64Array | undefined {
  // Read like a red one, whose form it has.
  const as: DataSet = {};
  for (const channel of ['1', '2', '3']) {
    if (ds['00281104']) as[`0028110${channel}`] = ds['00281104'];
    if (ds['00281204']) as[`0028120${channel}`] = ds['00281204'];
    if (ds['00281224']) as[`0028122${channel}`] = ds['00281224'];
  }
  const table = readPalette(as, false);
  return table && Float64Array.from(table.red, (v) => v / (2 ** table.bits - 1));
}

/** Weight of the second input where both are opaque (C.11.27.4); one half where nothing is said. */
function opacityOf(ds: DataSet): number {
  const [component] = items(ds, '00701805');
  const tables = items(component, '00701806').map((one) => {
    const bytes = one['00701808']?.InlineBinary;
    const all = typeof bytes === 'string' ? atob(bytes) : '';
    const count = numbers(one, '00701807')[0] || 65536;
    return all.length >= count ? all.charCodeAt(count - 1) : NaN;
  });
  const [first = NaN, second = NaN] = tables;
  return first + second > 0 ? second / (first + second) : 0.5;
}

function lacksOf(ds: DataSet, { plane, render, inputs, components }: Omit<Volumetric, 'lacks'>): string[] {
  const isCutOut = inputs.some(({ crops }) => crops.some(({ kind }) => kind !== 'box'));
  const hasShades = components.some(({ alpha }) => alpha === 'IDENTITY' || (alpha && new Set(alpha).size > 1));
  const found: [boolean, string][] = [
    [render !== undefined && isCutOut, t('Of its cropping only boxes are applied.')],
    [render !== undefined && inputs.length > 1, t('Only the first of its {count} volumes is shown.', { count: inputs.length })],
    [plane !== undefined && inputs.length > 2, t('Only two of its {count} volumes are shown.', { count: inputs.length })],
    [plane !== undefined && hasShades && inputs.length > 1, t('The second volume is mixed in with one opacity everywhere.')],
    [plane !== undefined && Boolean(items(ds, '20500010').length), t('Its presentation LUT is not applied.')],
    [render !== undefined && Boolean(items(ds, '00700001').length || items(ds, '00701901').length), t('Its graphics and texts are not drawn.')],
    [Boolean(items(ds, '00701905').length), t('What it writes beside its volumes is not drawn.')],
    [text(ds, '00701A01') !== '' && text(ds, '00701A01') !== 'NONE', t('It is not animated.')],
    [render?.isPerspective === true, t('It is seen along parallel rays, not in perspective.')],
    [render?.method === 'MINIMUM_IP', t('A minimum is not made in three dimensions.')],
    [render !== undefined && text(ds, '00701701') !== '', t('Light comes from the viewer.')],
  ];
  return found.filter(([is]) => is).map(([, words]) => words);
}

/** The directions of the eye of a picture, of length 1 and at right angles. */
export function eyeOf({ position, lookAt, up, field: [left, right, top, bottom] }: RenderView): { right: Point3; up: Point3; towards: Point3; centre: Point3 } {
  const towards = unit(position.map((v, i) => v - (lookAt[i] as number)) as Point3, '');
  const across = unit(cross(up, towards), '');
  const upward = cross(towards, across);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return { right: across, up: upward, towards, centre: lookAt.map((v, i) => v + (across[i] as number) * x + (upward[i] as number) * y) as Point3 };
}

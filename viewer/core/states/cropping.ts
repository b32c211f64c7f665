/** Volume Cropping of volumetric presentation states (PS3.3 C.11.24), strictly: what is cropped by half would mislead. */
import { items, number, numbers, text, type DataSet } from '../dicom-json';
import { dot, type Point3 } from '../geometry';
import type { HalfSpace, SegmentCut } from '../cropping';
import { BrokenState, exactly, oneOf } from './strict';

/** corners: opposite ones in the patient; the edges are those of the volume. */
export type CropRule = { kind: 'box'; corners: readonly [Point3, Point3] } | { kind: 'planes'; spaces: readonly HalfSpace[] } | ({ kind: 'segments' } & SegmentCut);

const MOST = 100;
const METHODS = ['BOUNDING_BOX', 'OBLIQUE_PLANES', 'INCLUDE_SEG', 'EXCLUDE_SEG'] as const;

/** By Cropping Specification Number. Only those that are asked for are read. seriesOf: which series an object is in, '' where it is not said. */
export function readCropRules(ds: DataSet, wanted: ReadonlySet<number>, seriesOf: (uid: string) => string): Map<number, CropRule> {
  const found = new Map<number, CropRule>();
  for (const one of items(ds, '00701301').slice(0, MOST)) {
    const at = number(one, '00701309') ?? 0;
    if (wanted.has(at)) found.set(at, ruleOf(one, seriesOf));
  }
  if ([...wanted].some((at) => !found.has(at))) throw new BrokenState('Cropping Specification Index');
  return found;
}

function ruleOf(one: DataSet, seriesOf: (uid: string) => string): CropRule {
  if (!text(one, '00701302')) throw new BrokenState('Volume Cropping Method');
  const method = oneOf(one, '00701302', METHODS, 'Volume Cropping Method');
  if (method === 'BOUNDING_BOX') {
    const at = exactly(one, '00701303', 6, 'Bounding Box Crop');
    return { kind: 'box', corners: [at.slice(0, 3) as Point3, at.slice(3) as Point3] };
  }
  if (method === 'OBLIQUE_PLANES') {
    const planes = items(one, '00701304').slice(0, MOST);
    if (!planes.length) throw new BrokenState('Oblique Cropping Plane Sequence');
    return { kind: 'planes', spaces: planes.map(spaceOf) };
  }
  const objects = items(one, '00081140').slice(0, MOST).map((ref) => ({ uid: text(ref, '00081155'), series: seriesOf(text(ref, '00081155')), numbers: numbers(ref, '0062000B') }));
  if (!objects.length || objects.some(({ uid }) => !uid)) throw new BrokenState('Referenced Image Sequence');
  return { kind: 'segments', keep: method === 'INCLUDE_SEG', objects };
}

/** Plane: Ax + By + Cz + D = 0; its normal points out of what stays, whichever way the equation is written. */
function spaceOf(one: DataSet): HalfSpace {
  const [a, b, c, d] = exactly(one, '00701305', 4, 'Plane') as [number, number, number, number];
  const outwards = exactly(one, '00701306', 3, 'Plane Normal') as unknown as Point3;
  const length = Math.hypot(a, b, c);
  if (!(length > 1e-9 && length < 1e9) || !(Math.abs(d) < 1e12)) throw new BrokenState('Plane');
  const along = dot([a, b, c], outwards) / length / Math.hypot(...outwards);
  if (!(Math.abs(along) > 0.9)) throw new BrokenState('Plane Normal');
  const by = Math.sign(along) / length;
  return { normal: [a * by, b * by, c * by], limit: -d * by };
}

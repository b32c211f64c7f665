/** Frames of angiography in words: where the C-arm stood and when, and which series are the two planes of one run. Pure values. */
import { functionalGroup } from '../core/image-description';
import { items, number, numbers, strings, text, type DataSet } from '../core/dicom-json';
import { figure } from '../core/figures';

/**
 * 'LAO 30°, CRA 20°': Positioner Primary and Secondary Angle. Of a moving arm the increments up to the frame are added (PS3.3 C.8.7.5); enhanced
 * objects say it of each frame (C.8.19.6.10). '' where nothing is said.
 */
export function anglesOf(ds: DataSet, frame: number): string {
  const own = functionalGroup(ds, frame, '00189405');
  const primary = number(own, '00181510') ?? turned(ds, '00181510', '00181520', frame);
  const secondary = number(own, '00181511') ?? turned(ds, '00181511', '00181521', frame);
  return [angle(primary, 'LAO', 'RAO'), angle(secondary, 'CRA', 'CAU')].filter(Boolean).join(', ');
}

function turned(ds: DataSet, start: string, step: string, frame: number): number | undefined {
  const from = number(ds, start);
  const steps = numbers(ds, step);
  if (from === undefined || steps.length < frame) return from;
  return steps.slice(0, frame).reduce((sum, by) => sum + by, from);
}

/** Left anterior oblique and cranial are positive (C.8.7.5.1.2). */
function angle(value: number | undefined, positive: string, negative: string): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  return `${value < 0 ? negative : positive} ${figure(Math.abs(value), 1)}°`;
}

/** Seconds from the first frame: by Frame Time, or the sum of the Frame Time Vector, whose first entry is 0 (C.7.6.5.1.2). Undefined where neither is. */
export function secondsOf(ds: DataSet, frame: number): number | undefined {
  if ((number(ds, '00280008') ?? 1) < 2) return undefined;
  const vector = numbers(ds, '00181065');
  if (vector.length >= frame) return vector.slice(1, frame).reduce((sum, ms) => sum + ms, 0) / 1000;
  const each = number(ds, '00181063');
  return each && each > 0 ? ((frame - 1) * each) / 1000 : undefined;
}

export type BiplanePart = 'A' | 'B';

/** Image Type, third value (C.8.7.1.1.1). */
export function biplaneOf(ds: DataSet): BiplanePart | undefined {
  const said = strings(ds, '00080008')[2]?.toUpperCase();
  return said === 'BIPLANE A' ? 'A' : said === 'BIPLANE B' ? 'B' : undefined;
}

/** The other plane of the same run: what either names, else what began at the same moment with as many frames. */
export function otherPlane<T extends { dataset: DataSet }>(one: T, all: readonly T[]): T | undefined {
  const part = biplaneOf(one.dataset);
  const others = all.filter((o) => part && biplaneOf(o.dataset) && biplaneOf(o.dataset) !== part);
  const names = (a: DataSet, b: DataSet) => items(a, '00081140').some((r) => text(r, '00081155') === text(b, '00080018'));
  const moment = (ds: DataSet) => `${text(ds, '0008002A') || text(ds, '00080022') + text(ds, '00080032')} ${text(ds, '00200012')} ${number(ds, '00280008') ?? 1}`;
  return others.find((o) => names(one.dataset, o.dataset) || names(o.dataset, one.dataset)) ?? others.find((o) => moment(o.dataset) === moment(one.dataset));
}

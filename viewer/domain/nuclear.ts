/** Frames of nuclear medicine in words: what each vector of Frame Increment Pointer says of them (PS3.3 C.8.4.8, C.8.4.10 to C.8.4.14). Pure values. */
import { figure } from '../core/figures';
import { item, items, number, numbers, strings, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';

type Axis = 'window' | 'detector' | 'phase' | 'rotation' | 'interval' | 'slot' | 'slice' | 'view' | 'time';

const VECTORS: Record<Axis, string> = { window: '00540010', detector: '00540020', phase: '00540030', rotation: '00540050', interval: '00540060', slot: '00540070', slice: '00540080', view: '00540090', time: '00540100' };

/** Of a frame (1-based) along an axis, from 1; undefined where the object does not say it of this frame. */
function placeOf(ds: DataSet, frame: number, axis: Axis): number | undefined {
  return numbers(ds, VECTORS[axis])[frame - 1];
}

function isOneOfSeveral(ds: DataSet, axis: Axis): boolean {
  return new Set(numbers(ds, VECTORS[axis])).size > 1;
}

export function isNuclear(ds: DataSet | undefined): boolean {
  return text(ds, '00080060') === 'NM' && (number(ds, '00280008') ?? 1) > 1;
}

/** What tells a group of frames from the others: energy window, detector, phase, rotation, R-R interval; '' for an object of one group. */
export function groupName(ds: DataSet, frame: number): string {
  const part = (axis: Axis, name: (n: number) => string) => {
    const n = placeOf(ds, frame, axis);
    return n !== undefined && isOneOfSeveral(ds, axis) ? name(n) : '';
  };
  return [
    part('window', (n) => text(items(ds, '00540012')[n - 1], '00540018') || t('Energy window {number}', { number: String(n) })),
    part('detector', (n) => viewOf(items(ds, '00540022')[n - 1]) || t('Detector {number}', { number: String(n) })),
    part('phase', (n) => text(items(ds, '00540032')[n - 1], '00540039') || t('Phase {number}', { number: String(n) })),
    part('rotation', (n) => t('Rotation {number}', { number: String(n) })),
    part('interval', (n) => t('R-R interval {number}', { number: String(n) })),
  ].filter(Boolean).join(', ');
}

function viewOf(detector: DataSet | undefined): string {
  return text(item(detector, '00540220'), '00080104');
}

/** Frames of one group have the same key. */
export function groupKey(ds: DataSet, frame: number): string {
  return (['window', 'detector', 'phase', 'rotation', 'interval'] as const).map((axis) => placeOf(ds, frame, axis) ?? 0).join(' ');
}

/** Where a frame stands in its group: time of a dynamic study, slot of a gated one, angle of a tomographic one, slice; '' where nothing is said. */
export function frameName(ds: DataSet, frame: number): string {
  const seconds = startOf(ds, frame);
  const slot = placeOf(ds, frame, 'slot');
  const angle = angleOf(ds, frame);
  const slice = placeOf(ds, frame, 'slice');
  return [
    seconds === undefined ? '' : `${figure(seconds, 2)} s`,
    slot === undefined ? '' : t('slot {number} of {count}', { number: String(slot), count: String(number(ds, '00540071') ?? new Set(numbers(ds, VECTORS.slot)).size) }),
    angle === undefined ? '' : `${figure(angle, 1)}°`,
    slice === undefined ? '' : t('slice {number}', { number: String(slice) }),
  ].filter(Boolean).join(', ');
}

/** Seconds from the beginning of the first phase: its frames one after the other, Phase Delay and Pause between Frames counted (C.8.4.14). */
export function startOf(ds: DataSet, frame: number): number | undefined {
  const [phase, at] = [placeOf(ds, frame, 'phase'), placeOf(ds, frame, 'time')];
  const phases = items(ds, '00540032');
  if (phase === undefined || at === undefined || !phases[phase - 1]) return undefined;
  let ms = 0;
  for (let p = 1; p <= phase; p++) {
    const info = phases[p - 1];
    const [delay, each, pause, count] = [number(info, '00540036') ?? 0, number(info, '00181242') ?? NaN, number(info, '00540038') ?? 0, number(info, '00540033') ?? 0];
    ms += delay + (p < phase ? count : at - 1) * (each + pause);
  }
  return Number.isFinite(ms) ? ms / 1000 : undefined;
}

/** Start Angle and Angular Step of the rotation, in the direction it turned (C.8.4.12). */
function angleOf(ds: DataSet, frame: number): number | undefined {
  const [rotation, view] = [placeOf(ds, frame, 'rotation'), placeOf(ds, frame, 'view')];
  const info = items(ds, '00540052')[(rotation ?? 1) - 1];
  const detector = items(ds, '00540022')[(placeOf(ds, frame, 'detector') ?? 1) - 1];
  const start = number(detector, '00540200') ?? number(info, '00540200');
  const step = number(info, '00181144');
  if (view === undefined || start === undefined || step === undefined) return undefined;
  const turned = start + (text(info, '00181140') === 'CW' ? -1 : 1) * (view - 1) * step;
  return ((turned % 360) + 360) % 360;
}

/** Images a second at which a gated study beats as the patient's heart did: Frame Time of its Data Information (C.8.4.13). */
export function gatedRate(ds: DataSet): number | undefined {
  const time = number(item(item(ds, '00540062'), '00540063'), '00181063');
  return time && time > 0 ? 1000 / time : undefined;
}

/** A sentence for vectors that do not fit the frames; '' when all do. */
export function vectorFault(ds: DataSet): string {
  const frames = number(ds, '00280008') ?? 1;
  const pointed = strings(ds, '00280009').map((tag) => tag.replace(/[^0-9A-Fa-f]/g, '').toUpperCase());
  const wrong = Object.values(VECTORS).filter((tag) => {
    const count = numbers(ds, tag).length;
    return pointed.includes(tag) ? count !== frames : count > 0 && count !== frames;
  });
  return wrong.length ? t('What tells its {frames} frames apart is there for {count} of them only.', { frames, count: Math.min(...wrong.map((tag) => numbers(ds, tag).length)) }) : '';
}

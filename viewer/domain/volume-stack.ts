/** Which images of a stack make a volume, and the words for what is odd about it. */
import { isColour, isInVolume, modalityOf, placeOf, spacingOf } from '../core/image-description';
import { volumeBytes, type VoxelKind } from '../core/volume';
import { geometryOf, type Finding, type Geometry, type Refusal } from '../core/volume-geometry';
import { isFourDimensional } from './dimensions';
import type { DisplaySet, ImageRef } from './display-sets';
import { number, t } from '../core/language';

export interface VolumePlan extends Geometry {
  /** Those of one time and one run; `order` counts in them. */
  images: readonly ImageRef[];
  kind: VoxelKind;
  bytes: number;
}

/** The volume that the image at an index is part of: of its time, where there are several; of its run. Else why there is none. */
export function volumeOf(set: DisplaySet, index: number): VolumePlan | Refusal {
  const place = set.dimensions.places[index];
  const key = `${place?.run ?? 0} ${isFourDimensional(set.dimensions) ? (place?.time ?? 0) : 0}`;
  const plans = known.get(set) ?? new Map<string, VolumePlan | Refusal>();
  known.set(set, plans);
  const found = plans.get(key) ?? planned(imagesWith(set, index));
  plans.set(key, found);
  return found;
}

/** The tool bar asks whenever it is drawn. */
const known = new WeakMap<DisplaySet, Map<string, VolumePlan | Refusal>>();

function planned(images: readonly ImageRef[]): VolumePlan | Refusal {
  const found = geometryOf(
    images.map(({ dataset, frame, pixel }) => ({
      rows: pixel.rows, columns: pixel.columns, colour: isColour(pixel), plane: placeOf(dataset, frame), spacing: inPatient(spacingOf(dataset, frame)),
    })),
  );
  if (typeof found === 'string') return found;
  const kind = kindOf(images);
  const first = images[0] as ImageRef;
  const findings = isInVolume(first.dataset, first.frame) ? [...found.findings, { kind: 'volume axes' } as const] : found.findings;
  return { ...found, findings, images, kind, bytes: volumeBytes(found.grid, kind) };
}

function inPatient(spacing: ReturnType<typeof spacingOf>): ReturnType<typeof spacingOf> {
  return spacing?.where === 'patient' ? spacing : undefined;
}

function imagesWith({ images, dimensions: d }: DisplaySet, index: number): readonly ImageRef[] {
  const here = d.places[index];
  if (!here) return images;
  const isFour = isFourDimensional(d);
  const same = images.filter((_, i) => (!isFour || d.places[i]?.time === here.time) && d.places[i]?.run === here.run);
  return isFour || (d.runs > 1 && same.length > 2) ? same : images;
}

function kindOf(images: readonly ImageRef[]): VoxelKind {
  const first = images[0] as ImageRef;
  const modality = modalityOf(first.dataset, first.frame, first.pixel);
  const isSame = images.every(({ dataset, frame, pixel }) => {
    const m = modalityOf(dataset, frame, pixel);
    if (m.kind !== 'rescale' || modality.kind !== 'rescale') return false;
    return m.slope === modality.slope && m.intercept === modality.intercept && pixel.signed === first.pixel.signed;
  });
  const { pixel } = first;
  return {
    rescale: isSame && modality.kind === 'rescale' ? { slope: modality.slope, intercept: modality.intercept } : undefined,
    unit: modality.unit,
    bitsStored: Math.max(...images.map((i) => i.pixel.bitsStored)),
    signed: pixel.signed,
    float: pixel.float,
  };
}

/** Why there is no volume: what is the case, what stays. */
export function refusalText(refusal: Refusal): string {
  const why: Record<Refusal, string> = {
    few: t('A volume takes three slices or more.'),
    colour: t('Colour images make no volume.'),
    size: t('Its images are not all of one size.'),
    'no position': t('Some of its images do not say where they lie in the patient.'),
    'no spacing': t('Some of its images do not say how large a pixel is.'),
    spacing: t('Its images do not all have pixels of one size.'),
    'not parallel': t('Its images do not lie parallel to each other.'),
    'one place': t('All its images lie at one place.'),
    shifted: t('Its slices are shifted against each other.'),
  };
  return why[refusal];
}

/** Steps that are coarser than the pixels by so much are told. */
const COARSE = 2;

/** What the reader must know of a volume, one sentence each. pixel: mm; steps: slices are shown as they are, not mixed. */
export function findingTexts(findings: readonly Finding[], pixel: number, steps: boolean): string[] {
  return findings.flatMap((f) => findingText(f, pixel, steps));
}

function findingText(f: Finding, pixel: number, steps: boolean): string[] {
  switch (f.kind) {
    case 'even': {
      const values = { slices: f.slices, apart: mm(f.apart) };
      if (steps) return [t('{slices} slices, {apart} mm apart: steps are real, not filled in.', values)];
      return f.apart > COARSE * pixel ? [t('{slices} slices, {apart} mm apart: linear in between.', values)] : [];
    }
    case 'unequal':
      return [t('{slices} slices, {least} to {most} mm apart: each lies at its true place.', { slices: f.slices, least: mm(f.least), most: mm(f.most) })];
    case 'missing':
      if (f.count > 1) return [t('Slices {from} to {to} are missing: the volume stops there.', { from: String(f.after + 1), to: String(f.after + f.count) })];
      return [t('Slice {slice} is missing: the volume stops there.', { slice: String(f.after + 1) })];
    case 'gap':
      return [t('After slice {slice} there are {width} mm without images: nothing is filled in.', { slice: String(f.after), width: mm(f.width) })];
    case 'duplicate':
      return [t('{count} {count|image lies|images lie} at a place that is taken: the first of each is used.', { count: f.count })];
    case 'volume axes':
      return [t('Its places are those of the volume, not of the patient: planes are called by the axes of the volume.')];
    case 'tilt':
      return [t('The gantry was tilted by {degrees}°: planes are cut through the tilted slices.', { degrees: number(f.degrees, 1) })];
  }
}

/** 5, 3.38. */
function mm(v: number): string {
  return number(Number(v.toFixed(2)));
}

/** The same in a word or two, for the corner of each plane; only what is odd. */
export function findingNotes(findings: readonly Finding[], pixel: number): { short: string; long: string }[] {
  const words: Partial<Record<Finding['kind'], string>> = {
    missing: t('slices missing'), gap: t('gap'), unequal: t('unequal steps'), duplicate: t('doubles left out'), tilt: t('gantry tilted'), 'volume axes': t('not the axes of the patient'),
  };
  return findings.flatMap((f) => {
    const short = words[f.kind];
    return short ? [{ short, long: findingText(f, pixel, false)[0] ?? short }] : [];
  });
}

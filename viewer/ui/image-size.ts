/** How large a pixel is: as the object says, else as a reader said who drew a line over a length that is known. */
import type { Point2 } from '../core/geometry';
import { text } from '../core/dicom-json';
import { pixelAspect, spacingOf, type Spacing } from '../core/image-description';
import { t } from '../core/language';
import type { ImageRef } from '../domain/display-sets';
import { columnOf, isReaderSizes, readerSizeOf, withSize, type ReaderSize } from '../domain/true-size';
import { choose, chosen } from './preferences';
import type { Stage } from './stage/stage';
import type { ViewerModel } from './viewer-model';

/** A line over a known length, in image points; it belongs to the image it was drawn on. */
export interface KnownLength {
  cell: number;
  image: ImageRef;
  ends: readonly [Point2, Point2];
}

const NAME = 'sizes';

function kept(): ReaderSize[] {
  return chosen(NAME, isReaderSizes) ?? [];
}

/** What the object says of the patient is not for readers to change. */
export function sizeOf(image: ImageRef): Spacing | undefined {
  const own = spacingOf(image.dataset, image.frame);
  const size = own?.where === 'patient' ? undefined : readerSizeOf(kept(), image);
  return size ? { row: size.column * pixelAspect(image.dataset, image.frame), column: size.column, where: 'reader' } : own;
}

/** Why no line can say how large this image is; '' when one can. */
export function whyNoLine({ dataset, frame }: ImageRef): string {
  if (spacingOf(dataset, frame)?.where === 'patient') return t('The object says how large its pixels are.');
  return '00186011' in dataset ? t('Its ultrasound regions have sizes of their own.') : '';
}

/** A line across the middle, to be laid over what is known. */
export function beginLine(model: ViewerModel): void {
  const stage = model.stage();
  const snap = stage?.snapshot();
  if (!stage || !snap?.ref) return;
  const { columns, rows } = snap.ref.pixel;
  const [x, y] = stage.middle() ?? [columns / 2, rows / 2];
  const half = Math.min(columns, snap.width / Math.max(Math.hypot(snap.matrix[0], snap.matrix[1]), 1e-6)) / 4;
  model.update({ tool: 'size', known: { cell: model.active, image: snap.ref, ends: [[x - half, y], [x + half, y]] } });
}

/** From one point of the viewport to another, CSS pixels; beside the image the line stays as it was. */
export function drawLine(model: ViewerModel, stage: Stage, from: Point2, to: Point2): void {
  const image = stage.snapshot().ref;
  const ends = [stage.toImage(from), stage.toImage(to)] as const;
  if (image && ends[0] && ends[1]) model.update({ known: { cell: model.active, image, ends: [ends[0], ends[1]] } });
}

export function endLine(model: ViewerModel): void {
  model.update({ known: undefined, tool: 'window' });
}

/** Keep what the line says, of this image or of all of its series. False for a length that cannot be. */
export function keepLine(model: ViewerModel, mm: number, wholeSeries: boolean): boolean {
  const known = model.known;
  const column = known && columnOf(known.ends, mm, pixelAspect(known.image.dataset, known.image.frame));
  if (!known || !column) return false;
  const { dataset, sopInstanceUid, frame } = known.image;
  const size = { series: text(dataset, '0020000E'), image: wholeSeries ? '' : sopInstanceUid, frame: wholeSeries ? 0 : frame, column };
  change(model, size.series, withSize(kept(), size));
  endLine(model);
  return true;
}

/** Take back what holds for an image; what was said of all of its series goes for all of it. */
export function forgetSize(model: ViewerModel, image: ImageRef): void {
  const sizes = kept();
  const size = readerSizeOf(sizes, image);
  if (size) change(model, size.series, sizes.filter((s) => s !== size));
}

function change(model: ViewerModel, series: string, after: ReaderSize[]): void {
  const of = (sizes: ReaderSize[]) => sizes.filter((s) => s.series === series);
  const [before, now] = [of(kept()), of(after)];
  const put = (sizes: ReaderSize[]) => choose(NAME, [...kept().filter((s) => s.series !== series), ...sizes]);
  choose(NAME, after);
  model.note({ words: t('size of the pixels'), kind: '', about: [series], undo: () => put(before), redo: () => put(now) });
}

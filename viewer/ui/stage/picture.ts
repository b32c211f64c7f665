/** The picture of one viewport: an image in its greys, kept on a canvas of image pixels, drawn under any matrix. */
import { colourMap } from '../../core/colour-maps';
import { paint, type Presentation } from '../../core/display';
import type { Frame } from '../../core/frame';
import type { Matrix } from '../../core/geometry';
import { isColour, isInverse, modalityOf, voisOf } from '../../core/image-description';
import { applyModality, type Modality } from '../../core/modality';
import { isLowBright, isRawProjection, logarithm } from '../../core/raw-projection';
import { windowOver, type Lut, type Voi, type Window } from '../../core/voi';
import { sameVoi } from '../../domain/presets';
import { drawSmall, isOneToOne } from './canvas';
import type { StageImage } from './stage-image';
import { drawOverlays } from './overlay-layer';
import type { StateBook } from '../states/book';
import type { Fusion } from './fusion';
import type { View } from './view';

type Greys = Pick<View, 'voi' | 'inverted' | 'colourMap' | 'over' | 'state' | 'subtraction'>;

export class Picture {
  private readonly pixels = document.createElement('canvas');
  private readonly ranges = new Map<string, [number, number]>();
  private readonly logarithms = new WeakMap<Frame, Lut | undefined>();
  private last: { image: StageImage; frame: Frame; voi: Voi; inverse: boolean; map: string; over: string; recipe: string } | undefined;

  constructor(private readonly states?: StateBook) {}

  /** What is painted. */
  get image(): StageImage | undefined {
    return this.last?.image;
  }

  /** The painted image has other pixels now than when it was painted. */
  get isStale(): boolean {
    return this.last !== undefined && this.last.frame !== this.last.image.frame;
  }

  forget(): void {
    this.last = undefined;
  }

  /** Window over all values of the image; frames of one object share the widest seen, so that a cine does not pump. */
  rangeOf(image: StageImage): Window {
    const { dataset, frame, pixel, sopInstanceUid } = image.ref;
    const modality = modalityOf(dataset, frame, pixel);
    const ends = [applyModality(image.frame.min, modality), applyModality(image.frame.max, modality)];
    const known = this.ranges.get(sopInstanceUid);
    const range: [number, number] = [Math.min(...ends, known?.[0] ?? Infinity), Math.max(...ends, known?.[1] ?? -Infinity)];
    if (image.whole) this.ranges.set(sopInstanceUid, range);
    return windowOver(...range);
  }

  /** What is painted of an image, by its presentation state or mask where it has one. finish: over the painted words. */
  recipeOf(image: StageImage, greys: Greys): { frame: Frame; presentation: Presentation; finish?: ((words: Uint32Array) => void) | undefined; key: string } {
    const recipe = this.states?.recipe(image, greys);
    if (!recipe) return { frame: image.frame, presentation: this.presentationOf(image, greys), key: '' };
    return { ...recipe, presentation: { ...recipe.presentation, map: colourMap(greys.colourMap)?.words } };
  }

  /** Window over all that is painted of an image. */
  fullRange(image: StageImage, greys: Greys): Window {
    const { frame, presentation: { modality }, key } = this.recipeOf(image, greys);
    return key ? windowOver(...([frame.min, frame.max].map((v) => applyModality(v, modality)).sort((a, b) => a - b) as [number, number])) : this.rangeOf(image);
  }

  private presentationOf(image: StageImage, greys: Greys): Presentation {
    const { dataset, frame, pixel } = image.ref;
    const modality = modalityOf(dataset, frame, pixel);
    const own = voisOf(dataset, frame, pixel)[0];
    const raw = isRawProjection(dataset) ? this.logarithmOf(image, modality) : undefined;
    const voi = greys.voi ?? own ?? (raw ? { kind: 'lut', lut: raw } : { kind: 'window', window: this.rangeOf(image) });
    const low = isRawProjection(dataset) ? isLowBright(dataset) : undefined;
    const inverse = (isColour(pixel) ? false : (low ?? isInverse(dataset, pixel))) !== greys.inverted;
    return { modality, voi, inverse, padding: pixel.padding, map: colourMap(greys.colourMap)?.words };
  }

  private logarithmOf({ frame, ref }: StageImage, modality: Modality): Lut | undefined {
    if (!this.logarithms.has(frame)) this.logarithms.set(frame, logarithm(frame, modality, ref.pixel.padding));
    return this.logarithms.get(frame);
  }

  /** Returns the window or table that was applied. What is painted already is not painted again. */
  paint(image: StageImage, greys: Greys): Voi {
    const { frame, presentation: p, finish, key: recipe } = this.recipeOf(image, greys);
    const last = this.last;
    const over = overKey(greys.over);
    const isSame = last?.frame === image.frame && last.inverse === p.inverse && last.map === greys.colourMap && last.over === over && last.recipe === recipe;
    if (isSame && (last.voi === p.voi || sameVoi(last.voi, p.voi))) return p.voi;
    const { columns, rows } = frame;
    Object.assign(this.pixels, { width: columns, height: rows });
    const context = this.pixels.getContext('2d');
    if (!context) return p.voi;
    const data = context.createImageData(columns, rows);
    const words = new Uint32Array(data.data.buffer);
    paint(frame, p, words);
    if (image.whole) greys.over?.paintOver(image.ref, words);
    finish?.(words);
    context.putImageData(data, 0, 0);
    this.last = { image, frame: image.frame, voi: p.voi, inverse: p.inverse, map: greys.colourMap, over, recipe };
    return p.voi;
  }

  /** The painted image and its overlays under a matrix; `again` when more of them has come. */
  drawOn(context: CanvasRenderingContext2D, matrix: Matrix, image: StageImage, how: { smooth: boolean; hidden: readonly number[] | 'all'; again: () => void }): void {
    context.imageSmoothingEnabled = how.smooth && !(image.whole && isOneToOne(matrix));
    context.imageSmoothingQuality = Math.hypot(matrix[0], matrix[1]) < 1 ? 'high' : 'low';
    context.setTransform(...(matrix as [number, number, number, number, number, number]));
    if (image.whole) context.drawImage(this.pixels, 0, 0);
    else drawSmall(context, this.pixels, image);
    drawOverlays(context, image, how.hidden, how.again);
  }
}

/** Another one when what lies over the image would look otherwise. */
function overKey(over: Fusion | undefined): string {
  return over ? `${over.set.seriesInstanceUid} ${over.version}` : '';
}

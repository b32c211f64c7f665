/** Fiducials on the images that show their places: a cross and the name. */
import { apply, type Point2 } from '../../../core/geometry';
import { distanceTo, toImage } from '../../../core/image-plane';
import type { Fiducial } from '../../../core/fiducials';
import type { ImageRef } from '../../../domain/display-sets';
import type { Layer, LayerView } from '../../stage/layers';
import { rectangleIn, type Into } from '../registered';

/** From the image, mm: half of the usual step of slices, and a little. */
const NEAR = 2;
const COLOUR = '#f4d35e';
const ARM = 6;

export class FiducialLayer implements Layer {
  readonly order = 120;

  constructor(
    readonly id: string,
    private readonly fiducials: readonly Fiducial[],
    private readonly into: Into,
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    for (const fiducial of this.fiducials) {
      const points = pointsOn(fiducial, image, this.into).map((p) => apply(matrix, p));
      for (const [x, y] of points) cross(context, x, y, ARM * ratio, ratio);
      const [first] = points;
      if (first) label(context, fiducial.name.slice(0, 64), first[0] + 8 * ratio, first[1] - 6 * ratio, ratio);
    }
  }
}

/** Where an image shows it: columns and rows. */
function pointsOn(fiducial: Fiducial, image: ImageRef, into: Into): Point2[] {
  const named = fiducial.onImages.filter((on) => on.uid === image.sopInstanceUid && (on.frame === 0 || on.frame === image.frame)).flatMap((on) => on.points);
  const rectangle = rectangleIn(into, image, fiducial.frame);
  const placed = rectangle ? fiducial.points.filter((p) => Math.abs(distanceTo(rectangle, p)) <= NEAR).map((p) => toImage(rectangle, p)) : [];
  return [...named, ...placed];
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, arm: number, ratio: number): void {
  for (const [width, colour] of [[3.5, 'rgb(0 0 0 / .7)'], [1.5, COLOUR]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width * ratio;
    context.beginPath();
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    context.stroke();
  }
}

function label(context: CanvasRenderingContext2D, words: string, x: number, y: number, ratio: number): void {
  context.lineWidth = 3 * ratio;
  context.strokeStyle = 'rgb(0 0 0 / .7)';
  context.strokeText(words, x, y);
  context.fillStyle = COLOUR;
  context.fillText(words, x, y);
}

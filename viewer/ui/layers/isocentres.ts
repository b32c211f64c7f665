/** Isocentres of a plan's beams: a cross where the plane goes through one. */
import type { Point3 } from '../../core/geometry';
import { distanceTo, toImage } from '../../core/image-plane';
import { apply } from '../../core/geometry';
import { number } from '../../core/dicom-json';
import type { Layer, LayerView } from '../stage/layers';
import type { PlaceIn } from '../therapy/joins';

export interface Isocentre {
  /** Names of the beams that turn about it. */
  names: string;
  at: Point3;
}

/** mm off the plane at which it is still marked, where no slice thickness is known. */
const NEAR = 2.5;
const ARM = 9;
const GAP = 3;

export class IsocentreLayer implements Layer {
  readonly order = 120;
  constructor(
    readonly id: string,
    private readonly isocentres: readonly Isocentre[],
    private readonly reference: string,
    private readonly place: PlaceIn,
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const rectangle = this.place(image, this.reference);
    if (!rectangle) return;
    const near = Math.max((number(image.dataset, '00180050') ?? 0) / 2, NEAR);
    for (const { names, at } of this.isocentres) {
      if (Math.abs(distanceTo(rectangle, at)) > near) continue;
      const [x, y] = apply(matrix, toImage(rectangle, at));
      mark(context, x, y, ratio, names);
    }
  }
}

function mark(context: CanvasRenderingContext2D, x: number, y: number, ratio: number, names: string): void {
  for (const [colour, width] of [['rgb(0 0 0 / .7)', 4], ['#ff9f5a', 1.5]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width * ratio;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      context.moveTo(x + dx * GAP * ratio, y + dy * GAP * ratio);
      context.lineTo(x + dx * ARM * ratio, y + dy * ARM * ratio);
    }
    context.moveTo(x + 6 * ratio, y);
    context.arc(x, y, 6 * ratio, 0, 2 * Math.PI);
    context.stroke();
  }
  context.font = `${11 * ratio}px Inter, sans-serif`;
  context.textBaseline = 'bottom';
  context.lineWidth = 3 * ratio;
  context.strokeStyle = '#000';
  context.strokeText(names, x + ARM * ratio, y - GAP * ratio);
  context.fillStyle = '#ff9f5a';
  context.fillText(names, x + ARM * ratio, y - GAP * ratio);
}

/** On RT Images: the field as jaws and leaves left it, and the isocentre. */
import { text } from '../../core/dicom-json';
import { apply, type Point2 } from '../../core/geometry';
import { beamPicture, type FieldLimits } from '../../core/rt-image';
import type { ImageRef } from '../../domain/display-sets';
import { RT_IMAGE } from '../therapy/objects';
import type { Layer, LayerView } from '../stage/layers';

const COLOURS = { blocks: '#d66f8c', jaws: '#f0c36a', leaves: '#6fc3d6', isocentre: '#ff9f5a' };
const ARM = 14;

export class BeamOutlineLayer implements Layer {
  readonly id = 'beam-outline';
  readonly order = 115;

  /** isOn: whether it is wanted on the images of a series. planned: the field as the plan of an image has it. */
  constructor(
    private readonly isOn: (series: string) => boolean,
    private readonly planned: (image: ImageRef) => FieldLimits | undefined,
  ) {}

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    if (text(image.dataset, '00080016') !== RT_IMAGE || !this.isOn(text(image.dataset, '0020000E'))) return;
    const found = beamPicture(image.dataset, image.frame, this.planned(image));
    if (!found) return;
    for (const { device, points } of found.outlines) line(context, points.map((p) => apply(matrix, p)), COLOURS[device.startsWith('MLC') ? 'leaves' : device === 'BLOCK' ? 'blocks' : 'jaws'], ratio, true);
    const [x, y] = apply(matrix, found.isocentre);
    const arm = ARM * ratio;
    line(context, [[x - arm, y], [x + arm, y]], COLOURS.isocentre, ratio, false);
    line(context, [[x, y - arm], [x, y + arm]], COLOURS.isocentre, ratio, false);
  }
}

function line(context: CanvasRenderingContext2D, points: readonly Point2[], colour: string, ratio: number, closed: boolean): void {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  if (closed) context.closePath();
  for (const [style, width] of [['rgb(0 0 0 / .6)', 3.5], [colour, 1.5]] as const) {
    context.strokeStyle = style;
    context.lineWidth = width * ratio;
    context.stroke();
  }
}

/** The graphics of a volumetric presentation state over the planes that it opened. */
import { text } from '../../core/dicom-json';
import { apply, dot } from '../../core/geometry';
import { distanceTo, normalOf, toImage, type Rectangle } from '../../core/image-plane';
import { rgbOfLab } from '../../core/states/lab';
import { readVolumetric, type PlaneView, type Volumetric } from '../../core/states/volumetric';
import { readVolumeGraphics, strokesOfMark, type VolumeGraphics, type VolumeMark } from '../../core/states/volume-graphics';
import { frameOfReference, rectangleOf } from '../../domain/linking';
import type { ShownBy } from '../../domain/volume-kept';
import { middleOfView } from '../../domain/volumetric-view';
import { strokeTwice, writeTwice } from '../layers/lines';
import type { Layer, LayerView } from '../stage/layers';
import type { ViewerModel } from '../viewer-model';
import { placeOf } from './finding';
import { drawAnnotations } from './graphics';

export const GRAPHICS = 'volumetric-graphics';

/** Nothing where the state is not here, or has none. */
export async function layGraphics(model: ViewerModel, { uid, series }: ShownBy): Promise<void> {
  const place = await placeOf(model, { uid, series, frames: [], study: '' });
  const ds = place?.set.objects.find((one) => text(one, '00080018') === uid);
  if (!ds || model.multiplanar.active?.shownBy?.uid !== uid) return;
  try {
    const [state, graphics] = [readVolumetric(ds), readVolumeGraphics(ds)];
    if (graphics.marks.length || graphics.annotations.length) model.layers.put(new VolumeGraphicsLayer(state, graphics, () => model.multiplanar.active?.slab.thickness ?? 0));
  } catch (error) {
    model.tell(error instanceof Error ? error.message : String(error));
  }
}

/** Half of the slice that a thin plane stands for, mm. */
const THIN = 0.5;

class VolumeGraphicsLayer implements Layer {
  readonly id = GRAPHICS;
  readonly order = 115;

  constructor(
    private readonly state: Volumetric,
    private readonly graphics: VolumeGraphics,
    private readonly thickness: () => number,
  ) {}

  draw(context: CanvasRenderingContext2D, view: LayerView): void {
    const { image } = view;
    const r = image.computed && frameOfReference(image) === this.state.frame ? rectangleOf(image) : undefined;
    if (!r) return;
    const { layers, annotations, marks } = this.graphics;
    const order = ({ layer }: { layer: string }) => layers.get(layer)?.order ?? 0;
    for (const mark of [...marks].sort((a, b) => order(a) - order(b))) this.mark(context, view, r, mark);
    const { plane } = this.state;
    // They may point at other anatomy on any other view (A.80.1.4.3).
    if (plane && isView(r, plane)) drawAnnotations(context, view, { annotations, layers, area: areaOf(r, plane) });
  }

  private mark(context: CanvasRenderingContext2D, { matrix, ratio }: LayerView, r: Rectangle, mark: VolumeMark): void {
    const { points, paths } = strokesOfMark(mark, { normal: normalOf(r), position: r.position }, Math.max(this.thickness() / 2, THIN));
    const on = (p: (typeof points)[number]) => apply(matrix, toImage(r, p));
    const [stood, drawn] = [points.map(on), paths.map((path) => path.map(on))];
    if (!stood.length && !drawn.length) return;
    const path = new Path2D();
    for (const line of drawn) line.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    const arm = 5 * ratio;
    for (const [x, y] of stood) {
      path.moveTo(x - arm, y);
      path.lineTo(x + arm, y);
      path.moveTo(x, y - arm);
      path.lineTo(x, y + arm);
    }
    const ink = this.inkOf(mark.layer);
    // A line that comes straight through the plane is a dot: a canvas draws nothing of a line without length.
    for (const [[x, y] = [0, 0], ...others] of drawn) {
      if (others.some(([u, v]) => Math.hypot(u - x, v - y) > ratio)) continue;
      path.moveTo(x + ratio, y);
      path.arc(x, y, ratio, 0, 2 * Math.PI);
    }
    context.lineCap = 'round';
    strokeTwice(context, path, ink, ratio, 2);
    const places = [...stood, ...drawn.flat()];
    if (mark.words) writeTwice(context, mark.words, Math.max(...places.map(([x]) => x)) + 6 * ratio, Math.min(...places.map(([, y]) => y)) + 2 * ratio, ink, ratio);
  }

  private inkOf(name: string): string {
    const layer = this.graphics.layers.get(name);
    const grey = layer?.grey === undefined ? 255 : Math.round((layer.grey * 255) / 65535);
    const [red, green, blue] = layer?.lab ? rgbOfLab(layer.lab) : [grey, grey, grey];
    return `rgb(${red} ${green} ${blue})`;
  }
}

const SAME = 0.99999;
const SAME_MM = 0.1;

function isView(r: Rectangle, plane: PlaneView): boolean {
  return dot(r.row, plane.right) > SAME && dot(r.column, plane.down) > SAME && Math.abs(distanceTo(r, middleOfView(plane))) < SAME_MM;
}

function areaOf(r: Rectangle, { corner, width, height }: PlaneView): { left: number; top: number; width: number; height: number } {
  const [left, top] = toImage(r, corner);
  return { left, top, width: width / r.spacing.column, height: height / r.spacing.row };
}

/** The voxels of a spectroscopy object over images of the same frame of reference: their grid, and the chosen ones filled. */
import { cutOfBox, type Box } from '../../../core/boxes';
import { text, type DataSet } from '../../../core/dicom-json';
import { apply, type Matrix, type Point2 } from '../../../core/geometry';
import { boxOf, type Spectra, type Voxel } from '../../../core/spectroscopy';
import { frameOfReference, rectangleOf } from '../../../domain/linking';
import type { ImageRef } from '../../../domain/display-sets';
import type { Layer, LayerView } from '../../stage/layers';

/** Beyond so many voxels the grid is not drawn, only what is chosen. */
const MOST_DRAWN = 4096;
const EDGE = 'rgb(0 0 0 / .72)';
const GRID = '#9fd6a8';
const TRACE = '#ffe08a';
const CHOSEN = ['#56b4e9', '#e69f00', '#f0e442', '#e08fc0'] as const;

export function colourOf(index: number): string {
  return CHOSEN[index % CHOSEN.length] as string;
}

/** Spectra in the voxels: values of a voxel from left to right, and the greatest of all. */
export interface Traces {
  of: (voxel: Voxel) => Float64Array | undefined;
  most: number;
}

/** CSS pixels: a voxel that is drawn narrower has no spectrum in it. */
const NARROWEST = 20;

export class VoxelLayer implements Layer {
  readonly id: string;
  readonly order = 110;
  private readonly voxels: readonly Voxel[];
  private readonly boxes: (Box | undefined)[];
  private readonly outlines = new WeakMap<ImageRef, Point2[][]>();

  constructor(
    private readonly dataset: DataSet,
    spectra: Spectra,
    frame: number,
    private readonly chosen: readonly Voxel[],
    private readonly traces?: Traces,
  ) {
    this.id = `${text(dataset, '00080018')}#voxels`;
    const { rows, columns } = spectra;
    const isAll = rows * columns <= MOST_DRAWN;
    const all = Array.from({ length: isAll ? rows * columns : 0 }, (_, i): Voxel => ({ frame, row: Math.floor(i / columns), column: i % columns }));
    this.voxels = all;
    this.boxes = [...all, ...chosen].map((voxel) => boxOf(dataset, spectra, voxel));
  }

  draw(context: CanvasRenderingContext2D, { image, matrix, ratio }: LayerView): void {
    const mine = text(this.dataset, '00200052');
    if (!mine || frameOfReference(image) !== mine) return;
    const outlines = this.outlinesOn(image);
    const grid = outlines.length - this.chosen.length;
    context.lineJoin = 'round';
    for (const [width, style] of [[3, EDGE], [1, GRID]] as const) {
      context.lineWidth = width * ratio;
      context.strokeStyle = style;
      context.beginPath();
      for (const outline of outlines.slice(0, grid)) trace(context, outline, matrix);
      context.stroke();
    }
    this.drawTraces(context, outlines, matrix, ratio);
    outlines.slice(grid).forEach((outline, i) => {
      context.beginPath();
      trace(context, outline, matrix);
      context.lineWidth = 2 * ratio;
      context.strokeStyle = context.fillStyle = colourOf(i);
      context.globalAlpha = 0.25;
      context.fill();
      context.globalAlpha = 1;
      context.stroke();
    });
  }

  /** Each from side to side of its voxel; the greatest of all reaches the top. */
  private drawTraces(context: CanvasRenderingContext2D, outlines: readonly Point2[][], matrix: Matrix, ratio: number): void {
    const { traces } = this;
    if (!traces) return;
    context.lineWidth = 1.2 * ratio;
    context.strokeStyle = TRACE;
    this.voxels.forEach((voxel, i) => {
      const places = (outlines[i] ?? []).map((point) => apply(matrix, point));
      const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      const values = places.length > 2 && right - left >= NARROWEST * ratio ? traces.of(voxel) : undefined;
      if (!values || values.length < 2) return;
      context.beginPath();
      const [base, height] = [bottom - 0.12 * (bottom - top), 0.8 * (bottom - top)];
      values.forEach((value, k) => context.lineTo(left + ((right - left) * k) / (values.length - 1), base - Math.max(value / traces.most, -0.12) * height));
      context.stroke();
    });
  }

  private outlinesOn(image: ImageRef): Point2[][] {
    const known = this.outlines.get(image);
    if (known) return known;
    const rectangle = rectangleOf(image);
    const found = this.boxes.map((box) => (box && rectangle ? cutOfBox(rectangle, box) : []));
    this.outlines.set(image, found);
    return found;
  }
}

function trace(context: CanvasRenderingContext2D, outline: readonly Point2[], matrix: Matrix): void {
  outline.forEach((point, i) => {
    const [x, y] = apply(matrix, point);
    if (i) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
  if (outline.length) context.closePath();
}

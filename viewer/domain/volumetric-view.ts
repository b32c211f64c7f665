/** What a volumetric presentation state says, in the terms of planes and pictures here. Pure values. */
import { cross, dot, type Point3 } from '../core/geometry';
import { boxSpaces, type Cropping } from '../core/cropping';
import type { Crop } from '../core/rays';
import { applyVoi, type Voi } from '../core/voi';
import { patientToVoxel } from '../core/volume';
import type { Grid } from '../core/volume-geometry';
import type { PlaneKind } from '../core/image-plane';
import type { TransferPoint } from '../core/transfer';
import type { CropRule } from '../core/states/cropping';
import type { Component, PlaneView, RenderView } from '../core/states/volumetric';
import { ORTHOGONAL } from './reformat';
import type { KeptAxes } from './volume-kept';

const KINDS: readonly PlaneKind[] = ['ax', 'sag', 'cor'];

export function middleOfView({ corner, right, down, width, height }: PlaneView): Point3 {
  return corner.map((v, i) => v + ((right[i] as number) * width) / 2 + ((down[i] as number) * height) / 2) as Point3;
}

/** The plane that is most like one of the patient takes its place; the others turn with it. */
export function axesOf({ right, down }: PlaneView): { first: PlaneKind; axes: Record<PlaneKind, KeptAxes> } {
  const normal = cross(right, down);
  const likeness = (kind: PlaneKind) => Math.abs(dot(normal, cross(ORTHOGONAL[kind].right, ORTHOGONAL[kind].down)));
  const [first] = [...KINDS].sort((a, b) => likeness(b) - likeness(a)) as [PlaneKind];
  const of = ORTHOGONAL[first];
  const [from, to] = [[of.right, of.down, cross(of.right, of.down)], [right, down, normal]];
  const turned = (v: Point3) => [0, 1, 2].map((i) => from.reduce((sum, axis, n) => sum + dot(v, axis) * ((to[n] as Point3)[i] as number), 0)) as Point3;
  const axes = Object.fromEntries(KINDS.map((kind) => {
    const [r, d] = [turned(ORTHOGONAL[kind].right), turned(ORTHOGONAL[kind].down)];
    return [kind, { right: r, down: d, travel: cross(r, d) }];
  })) as Record<PlaneKind, KeptAxes>;
  return { first, axes };
}

/** What the rules of an input leave of its volume, all of them together; undefined where there are none. */
export function croppingOf(grid: Grid, rules: readonly CropRule[]): Cropping | undefined {
  if (!rules.length) return undefined;
  const spaces = rules.flatMap((rule) => (rule.kind === 'box' ? boxSpaces(grid, ...rule.corners) : rule.kind === 'planes' ? rule.spaces : []));
  const segments = rules.flatMap((rule) => (rule.kind === 'segments' ? [{ keep: rule.keep, objects: rule.objects }] : []));
  return { spaces, segments };
}

/** The boxes that all hold, 0..1 along the axes of a volume, and what lies before the near plane of the picture. */
export function cropOf(grid: Grid, boxes: readonly (readonly [Point3, Point3])[], towards: Point3, { position, field }: RenderView, middle: Point3): Crop {
  const [low, high]: [number[], number[]] = [[0, 0, 0], [1, 1, 1]];
  for (const corners of boxes) {
    const [a, b] = corners.map((corner) => patientToVoxel(grid, corner).map((v, i) => (v + 0.5) / (grid.size[i] as number))) as [number[], number[]];
    for (let i = 0; i < 3; i++) {
      low[i] = Math.min(Math.max(low[i] as number, Math.min(a[i] as number, b[i] as number)), 1);
      high[i] = Math.max(Math.min(high[i] as number, Math.max(a[i] as number, b[i] as number)), 0);
    }
  }
  const near = position.reduce((sum, v, i) => sum + (v - (middle[i] as number)) * (towards[i] as number), 0) - field[4];
  return { low: low as unknown as Point3, high: high as unknown as Point3, clip: near };
}

/** Smallest and largest value that a window or table tells apart. */
export function endsOf(voi: Voi): [number, number] {
  if (voi.kind === 'lut') return [voi.lut.first, voi.lut.first + Math.max(voi.lut.entries.length - 1, 1)];
  const { center, width, function: name } = voi.window;
  const reach = name === 'SIGMOID' ? 2 * width : width / 2;
  return [center - reach, center + reach];
}

const POINTS = 256;

/** step: mm that the opacities of the object are for. */
export function transferPoints(voi: Voi, component: Component | undefined, step: number): TransferPoint[] {
  const [low, high] = endsOf(voi);
  return Array.from({ length: POINTS }, (_, i): TransferPoint => {
    const value = low + ((high - low) * i) / (POINTS - 1);
    const share = applyVoi(value, voi);
    const [r, g, b] = colourAt(component, share);
    const { alpha } = component ?? {};
    const opacity = alpha === undefined ? 1 : alpha === 'IDENTITY' ? share : (alpha[Math.round(share * (alpha.length - 1))] as number);
    return [value, r, g, b, 1 - (1 - Math.min(opacity, 0.9999)) ** (1 / step)];
  });
}

/** 8 bits a channel. */
export function colourAt(component: Component | undefined, share: number): [number, number, number] {
  const palette = component?.palette;
  if (!palette) return [255 * share, 255 * share, 255 * share];
  const at = Math.round(share * (palette.red.length - 1));
  return [palette.red, palette.green, palette.blue].map((table) => ((table[at] as number) / (2 ** palette.bits - 1)) * 255) as [number, number, number];
}

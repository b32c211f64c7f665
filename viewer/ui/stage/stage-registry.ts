/** Which stage draws on which canvas. Cornerstone calls the image's render function with the element it draws on. */

export interface DrawTarget {
  canvas: HTMLCanvasElement;
  image: unknown;
  transform: { getMatrix(): number[] };
}

type Draw = (target: DrawTarget) => void;

const stages = new WeakMap<HTMLCanvasElement, Draw>();

export function drawsOn(canvas: HTMLCanvasElement, draw: Draw): void {
  stages.set(canvas, draw);
}

export function drawStage(target: DrawTarget): void {
  stages.get(target.canvas)?.(target);
}

/** Strokes and words of layers as all marks on images are drawn: dark first, then in colour (screens.md). */

export function strokeTwice(context: CanvasRenderingContext2D, path: Path2D, colour: string, ratio: number, width = 1.5): void {
  context.lineJoin = 'round';
  context.strokeStyle = 'rgb(0 0 0 / .72)';
  context.lineWidth = (width + 2) * ratio;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = width * ratio;
  context.stroke(path);
}

export function writeTwice(context: CanvasRenderingContext2D, words: string, x: number, y: number, colour: string, ratio: number): void {
  context.font = `${12 * ratio}px Inter, sans-serif`;
  context.textBaseline = 'top';
  context.lineJoin = 'round';
  context.strokeStyle = 'rgb(0 0 0 / .8)';
  context.lineWidth = 3 * ratio;
  context.strokeText(words, x, y);
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

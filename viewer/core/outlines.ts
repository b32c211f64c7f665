/** Edges of areas of labels, as pieces of straight lines between pixels. */

/** Whether a pixel is in the area of a place. Beside the picture nothing is. */
export type Inside = (at: number) => boolean;

/** Pieces x0 y0 x1 y1, ...; columns and rows count from the corner of the first pixel. Pieces in one line are one. */
export function edgesOf(columns: number, rows: number, inside: Inside, box: { left: number; top: number; right: number; bottom: number }): number[] {
  const out: number[] = [];
  const is = (x: number, y: number) => x >= 0 && y >= 0 && x < columns && y < rows && inside(y * columns + x);
  for (let y = box.top; y <= box.bottom + 1; y++) {
    let from = -1;
    for (let x = box.left; x <= box.right + 1; x++) {
      const edge = x <= box.right && is(x, y - 1) !== is(x, y);
      if (edge && from < 0) from = x;
      if (!edge && from >= 0) {
        out.push(from, y, x, y);
        from = -1;
      }
    }
  }
  for (let x = box.left; x <= box.right + 1; x++) {
    let from = -1;
    for (let y = box.top; y <= box.bottom + 1; y++) {
      const edge = y <= box.bottom && is(x - 1, y) !== is(x, y);
      if (edge && from < 0) from = y;
      if (!edge && from >= 0) {
        out.push(x, from, x, y);
        from = -1;
      }
    }
  }
  return out;
}

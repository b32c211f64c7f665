/** A plane of bits as a bitmap of one colour. */
import type { Rgb } from '../../core/states/lab';

const made = new WeakMap<Uint8Array, { ink: string; canvas: HTMLCanvasElement }>();

/** bits: a byte a pixel. What is made already is not made again. */
export function inkPlane(bits: Uint8Array, rows: number, columns: number, [r, g, b]: Rgb): HTMLCanvasElement {
  const ink = `${r} ${g} ${b}`;
  const known = made.get(bits);
  if (known?.ink === ink) return known.canvas;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: columns, height: rows });
  const context = canvas.getContext('2d');
  if (context) {
    const data = context.createImageData(columns, rows);
    const word = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
    const words = new Uint32Array(data.data.buffer);
    for (let i = 0; i < words.length; i++) if (bits[i]) words[i] = word;
    context.putImageData(data, 0, 0);
  }
  made.set(bits, { ink, canvas });
  return canvas;
}

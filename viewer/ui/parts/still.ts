/** A picture of what is shown, out of the page: to the clipboard, or as a PNG file. Pixels only, no names. */
import { t } from '../../core/language';
import { saveBytes } from './browser';

/** What can be drawn on a canvas, at its own size. */
export function pictureOf(source: HTMLVideoElement | HTMLCanvasElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const [width, height] = source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.drawImage(source, 0, 0);
  return canvas;
}

/** What to say about it. */
export async function copyStill(canvas: HTMLCanvasElement): Promise<string> {
  try {
    // The promise goes in, not the blob: Safari gives the clipboard to the key press only.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png(canvas) })]);
    return t('The picture is on the clipboard.');
  } catch {
    return t('The browser does not give the clipboard.');
  }
}

/** name: without its ending. */
export async function saveStill(canvas: HTMLCanvasElement, name: string): Promise<void> {
  saveBytes(await png(canvas), `${name}.png`);
}

function png(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'));
}

/** Whether a small image is worth asking for before the full one, and how large (docs/viewer.md). */
import { isColour, type ImagePixel } from '../core/image-description';
import { isLossy } from '../core/transfer-syntax';

/** From so many pixels the full image takes long enough to be seen coming, by its bytes or by its decoding. */
const LARGE = 1_000_000;
/** Under so many a smaller one saves nothing. */
const SMALL = 512 * 512;
const SLOW_MS = 150;
const SIDES = [128, 256, 512];

/** 12-bit JPEG is lossy, but browsers decode it wrongly: the server keeps renditions of it. */
const LOSSY_BUT_KEPT = /\.4\.(51|53|55)$/;

export interface Situation {
  pixel: ImagePixel;
  transferSyntax: string;
  /** The grey values on screen are known before the pixels are: the object or the reader says the window. */
  windowIsKnown: boolean;
  /** Longer side of the viewport in screen pixels. */
  screen: number;
  /** Of what was fetched lately; undefined before. */
  bytesPerMs: number | undefined;
}

/** Longer side of the small image to ask for; undefined when the full one is to be waited for. */
export function smallSide({ pixel: p, transferSyntax, windowIsKnown, screen, bytesPerMs }: Situation): number | undefined {
  const pixels = p.rows * p.columns;
  if (!canBeSmaller(p) || (isLossy(transferSyntax) && !LOSSY_BUT_KEPT.test(transferSyntax))) return undefined;
  if (!windowIsKnown && !isColour(p)) return undefined;
  const isSlow = bytesPerMs !== undefined && (pixels * p.samplesPerPixel * p.bitsAllocated) / 8 / bytesPerMs > SLOW_MS;
  if (pixels < (isSlow ? SMALL : LARGE)) return undefined;
  const most = Math.min(screen, Math.max(p.rows, p.columns)) / 4;
  return SIDES.filter((side) => side <= most).at(-1);
}

/** Kinds the view tier has. Means of palette indices are no colours, and subsampled chroma is another layout. */
function canBeSmaller(p: ImagePixel): boolean {
  if (p.float || (p.bitsAllocated !== 8 && p.bitsAllocated !== 16)) return false;
  if (p.samplesPerPixel === 1) return p.photometric.startsWith('MONOCHROME');
  return p.bitsAllocated === 8 && ['RGB', 'YBR_RCT', 'YBR_FULL'].includes(p.photometric);
}

/** Whether columns x rows is what some number of halvings makes of the image (ITU T.800 B.5: rounded up each time). */
export function isReduced(p: ImagePixel, columns: number, rows: number): boolean {
  for (let [w, h] = [p.columns, p.rows]; w > 1 || h > 1; ) {
    [w, h] = [Math.ceil(w / 2), Math.ceil(h / 2)];
    if (w === columns && h === rows) return true;
  }
  return false;
}

/** Colour samples to interleaved 8-bit RGB (PS3.3 C.7.6.3.1.2, C.7.6.3.1.5). */
import { FrameError, type Samples } from './frame';
import type { ImagePixel, Palette } from './image-description';
import { t } from './language';

/** photometric, planar: of these samples; decoding may have changed what the object says. */
export function toRgb(samples: Samples, p: ImagePixel, photometric: string, planar: boolean): Uint8Array {
  if (photometric === 'PALETTE COLOR') {
    if (!p.palette) throw new FrameError(t('Its colour palette is missing.'));
    return applyPalette(samples, p.palette);
  }
  const count = p.rows * p.columns;
  if (photometric.endsWith('_422') && samples.length === count * 2) {
    const full = upsample422(toBytes(samples, p));
    return photometric.startsWith('YBR_PARTIAL') ? convertYbrPartial(full) : convertYbr(full);
  }
  const interleaved = planar ? interleave(toBytes(samples, p), count) : toBytes(samples, p);
  if (interleaved.length < count * 3) throw new FrameError(t('It has fewer colour samples than pixels.'));
  if (photometric.startsWith('YBR_FULL')) return convertYbr(interleaved);
  if (photometric.startsWith('YBR_PARTIAL')) return convertYbrPartial(interleaved);
  return interleaved;
}

/** Samples of more than 8 bits keep their 8 highest. */
function toBytes(samples: Samples, p: ImagePixel): Uint8Array {
  if (samples instanceof Uint8Array && p.bitsStored >= 8) return samples;
  const scale = 255 / (2 ** p.bitsStored - 1);
  return Uint8Array.from(samples, (v) => Math.round(v * scale));
}

function interleave(planes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    out[3 * i] = planes[i] as number;
    out[3 * i + 1] = planes[count + i] as number;
    out[3 * i + 2] = planes[2 * count + i] as number;
  }
  return out;
}

/** Y1 Y2 Cb Cr to Y Cb Cr a pixel. */
function upsample422(s: Uint8Array): Uint8Array {
  const out = new Uint8Array((s.length / 2) * 3);
  for (let i = 0, o = 0; i + 3 < s.length; i += 4) {
    for (const y of [s[i] as number, s[i + 1] as number]) {
      out[o++] = y;
      out[o++] = s[i + 2] as number;
      out[o++] = s[i + 3] as number;
    }
  }
  return out;
}

/** ITU-T T.871: full range Y, Cb, Cr. */
export function convertYbr(s: Uint8Array): Uint8Array {
  const out = new Uint8ClampedArray(s.length);
  for (let i = 0; i + 2 < s.length; i += 3) {
    const y = s[i] as number;
    const cb = (s[i + 1] as number) - 128;
    const cr = (s[i + 2] as number) - 128;
    out[i] = y + 1.402 * cr;
    out[i + 1] = y - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587;
    out[i + 2] = y + 1.772 * cb;
  }
  return new Uint8Array(out.buffer);
}

/** CCIR 601-2: Y in 16..235, Cb and Cr in 16..240. */
export function convertYbrPartial(s: Uint8Array): Uint8Array {
  const out = new Uint8ClampedArray(s.length);
  for (let i = 0; i + 2 < s.length; i += 3) {
    const y = 1.1644 * ((s[i] as number) - 16);
    const cb = (s[i + 1] as number) - 128;
    const cr = (s[i + 2] as number) - 128;
    out[i] = y + 1.596 * cr;
    out[i + 1] = y - 0.3917 * cb - 0.8129 * cr;
    out[i + 2] = y + 2.0173 * cb;
  }
  return new Uint8Array(out.buffer);
}

export function applyPalette(samples: Samples, palette: Palette): Uint8Array {
  const shift = palette.bits > 8 ? palette.bits - 8 : 0;
  const last = palette.red.length - 1;
  const out = new Uint8Array(samples.length * 3);
  for (let i = 0; i < samples.length; i++) {
    const at = Math.min(Math.max((samples[i] as number) - palette.first, 0), last);
    out[3 * i] = (palette.red[at] as number) >> shift;
    out[3 * i + 1] = (palette.green[at] as number) >> shift;
    out[3 * i + 2] = (palette.blue[at] as number) >> shift;
  }
  return out;
}

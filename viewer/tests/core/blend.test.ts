import { describe, expect, it } from 'vitest';
import { blendInto } from '../../core/blend';
import type { Voi } from '../../core/voi';

const voi: Voi = { kind: 'window', window: { center: 50, width: 100, function: 'LINEAR_EXACT', explanation: '' } };
/** Red by grey, 0xAABBGGRR. */
const words = Uint32Array.from({ length: 256 }, (_, i) => (0xff000000 | i) >>> 0);
const under = () => Uint32Array.from([0xff646464, 0xff646464, 0xff646464]);

describe('one picture over another', () => {
  it('mixes by the opacity, and leaves what has no value', () => {
    const lower = under();
    // 100 % of the window is red 255; half of it and half of 0x64 each.
    blendInto(lower, { samples: [100, 0, -1], slope: 1, intercept: 0, outside: -1 }, { voi, words, opacity: 0.5, clear: false });
    expect(Array.from(lower, (w) => w.toString(16))).toEqual(['ff3232b2', 'ff323232', 'ff646464']);
  });

  it('lets low values through when they are clear', () => {
    const lower = under();
    blendInto(lower, { samples: [10, 0, 5], slope: 10, intercept: 0, outside: -1 }, { voi, words, opacity: 1, clear: true });
    // Grey 128 of 255 is the share of the middle one of 50 %.
    expect(Array.from(lower, (w) => w.toString(16))).toEqual(['ff0000ff', 'ff646464', 'ff323272']);
  });
});

/** Several frames in one: what lies in any of them (maximum), or what lies in most (mean). */
import { minMax, type Frame } from './frame';

/** Frames of one size and type; means are rounded, as stored values are whole. Throws when there is none. */
export function slabOf(frames: readonly Frame[], mode: 'max' | 'mean'): Frame {
  const first = frames[0];
  if (!first) throw new Error('a slab of nothing');
  const samples = first.samples.slice();
  const same = frames.filter((f) => f.samples.length === samples.length);
  for (let i = 0; i < samples.length; i++) {
    let value = mode === 'max' ? -Infinity : 0;
    for (const { samples: s } of same) value = mode === 'max' ? Math.max(value, s[i] as number) : value + (s[i] as number);
    samples[i] = mode === 'max' ? value : Math.round(value / same.length);
  }
  return { ...first, samples, ...minMax(samples) };
}

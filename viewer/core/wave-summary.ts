/** A trace in equal stretches of all its length: the least and the greatest value of each, filled as samples come. */

export const MOST_STRETCHES = 4096;

export class WaveSummary {
  /** Least and greatest of each stretch; NaN where nothing came or nothing is. */
  readonly pairs: Float64Array<ArrayBuffer>;
  readonly stretches: number;

  /** length: samples of the trace. */
  constructor(
    readonly length: number,
    stretches = MOST_STRETCHES,
  ) {
    this.stretches = Math.max(1, Math.min(stretches, length));
    this.pairs = new Float64Array(2 * this.stretches).fill(NaN);
  }

  /** Samples from `from` on. */
  add(values: Float64Array, from: number): void {
    const { pairs, stretches, length } = this;
    values.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      const at = 2 * Math.floor(((from + i) * stretches) / length);
      if (!((pairs[at] as number) <= value)) pairs[at] = value;
      if (!((pairs[at + 1] as number) >= value)) pairs[at + 1] = value;
    });
  }

  /** What another one of the same trace knows. */
  merge(pairs: Float64Array): void {
    for (let i = 0; i < pairs.length; i++) {
      const value = pairs[i] as number;
      const here = this.pairs[i] as number;
      if (!Number.isNaN(value) && !(i % 2 ? here >= value : here <= value)) this.pairs[i] = value;
    }
  }

  /** For so many columns of a picture from one sample to another: pairs as of `extremes`. A column has at least the stretch under its middle. */
  columns(from: number, to: number, columns: number): Float64Array {
    const out = new Float64Array(2 * columns).fill(NaN);
    const stretchAt = (sample: number) => (sample * this.stretches) / this.length;
    for (let c = 0; c < columns; c++) {
      const [a, b] = [stretchAt(from + ((to - from) * c) / columns), stretchAt(from + ((to - from) * (c + 1)) / columns)];
      const first = Math.floor(a);
      for (let s = Math.max(first, 0); s < Math.max(Math.ceil(b - 1e-9), first + 1) && s < this.stretches; s++) {
        const [low, high] = [this.pairs[2 * s] as number, this.pairs[2 * s + 1] as number];
        if (!((out[2 * c] as number) <= low) && !Number.isNaN(low)) out[2 * c] = low;
        if (!((out[2 * c + 1] as number) >= high) && !Number.isNaN(high)) out[2 * c + 1] = high;
      }
    }
    return out;
  }
}

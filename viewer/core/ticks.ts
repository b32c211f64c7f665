/** Round places of an axis: `wanted` of them or so, from the lower to the higher end. */
export function ticks(a: number, b: number, wanted = 8): number[] {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const rough = (high - low) / wanted;
  if (!(rough > 0 && Number.isFinite(rough))) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((s) => s * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(Math.floor(high / step) - first + 1, 0) }, (_, i) => (first + i) * step);
}

/** A value between two ends, in a row of the panel. */
import type { ReactElement } from 'react';

export function Slider({ name, low, high, value, onChange, testid }: { name: string; low: number; high: number; value: number; onChange: (value: number) => void; testid: string }): ReactElement {
  return (
    <label className="pad row cut">
      <span className="t2 sm name">{name}</span>
      <input type="range" min={low} max={high} step={1} value={value} onChange={(e) => onChange(Number(e.target.value))} data-testid={testid} />
    </label>
  );
}

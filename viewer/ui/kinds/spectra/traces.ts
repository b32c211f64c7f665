/** The spectra of all voxels of a frame as they are drawn over images: with the phase, and within the range, of the plots. */
import { useMemo } from 'react';
import { phased, spectrumOf, type Shown, type Spectra } from '../../../core/spectroscopy';
import type { Traces } from './layer';

/** Voxels: more are not transformed for it. */
const MOST_TRACED = 1024;

interface Look {
  frame: number;
  line: number;
  mirrored: boolean;
  shown: Shown;
  zero: number;
  first: number;
  high: number;
  low: number;
}

/** undefined for a single voxel, and for too many. */
export function useTraces(spectra: Spectra, axis: Float64Array, { frame, line, mirrored, shown, zero, first, high, low }: Look): Traces | undefined {
  const count = spectra.rows * spectra.columns;
  const all = useMemo(() => {
    if (count < 2 || count > MOST_TRACED) return [];
    return Array.from({ length: count }, (_, i) => spectrumOf(spectra, { frame, row: Math.floor(i / spectra.columns), column: i % spectra.columns }, mirrored, line));
  }, [spectra, count, frame, mirrored, line]);
  return useMemo(() => {
    if (!all.length) return undefined;
    // The axis falls.
    const from = axis.findIndex((place) => place <= high);
    const until = axis.findLastIndex((place) => place >= low) + 1;
    if (from < 0 || until - from < 2) return undefined;
    const part = axis.slice(from, until);
    const drawn = all.map(({ re, im }) => phased({ re: re.slice(from, until), im: im.slice(from, until) }, part, shown, zero, first, spectra.reference));
    const most = drawn.reduce((greatest, values) => values.reduce((a, b) => Math.max(a, Math.abs(b)), greatest), 0) || 1;
    return { most, of: ({ row, column }) => drawn[row * spectra.columns + column] };
  }, [all, spectra, axis, shown, zero, first, high, low]);
}

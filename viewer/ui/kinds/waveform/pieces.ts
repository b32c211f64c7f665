/** What is on the paper of long recordings is asked for, and the paper drawn again as it comes. */
import { useEffect, useMemo, useState } from 'react';
import { AROUND } from '../../../core/beat-count';
import type { Ranged, Recording } from './recording';

/** A stretch of a recording that is on the paper; seconds from its acquisition. */
export interface Stretch {
  recording: Recording;
  groups: readonly number[];
  begin: number;
  end: number;
}

export interface Pieces {
  /** Some of it is not here yet. */
  waiting: boolean;
  /** Why some of it did not come. */
  failed: string;
  again: () => void;
}

interface Part {
  ranged: Ranged;
  from: number;
  to: number;
  margin: number;
}

function partsOf(stretches: readonly Stretch[]): Part[] {
  return stretches.flatMap(({ recording, groups, begin, end }) => groups.flatMap((number): Part[] => {
    const [ranged, group] = [recording.ranged.get(number), recording.groups.find((g) => g.number === number)];
    if (!ranged || !group) return [];
    const at = (time: number) => (time - group.start) * group.frequency;
    return [{ ranged, from: at(begin), to: at(end), margin: AROUND * group.frequency }];
  }));
}

/** Filters and beats look beside the paper: that is asked for too. */
export function usePieces(stretches: readonly Stretch[]): Pieces {
  const [, drawAgain] = useState(0);
  const parts = partsOf(stretches);
  const key = parts.map(({ ranged, from, to }) => `${ranged.data.uri} ${Math.round(from)} ${Math.round(to)}`).join();
  const wanted = useMemo(() => parts, [key]); // eslint-disable-line react-hooks/exhaustive-deps -- the key says all that counts of them
  useEffect(() => {
    const ends = wanted.map(({ ranged }) => ranged.data.subscribe(() => drawAgain((n) => n + 1)));
    for (const { ranged, from, to, margin } of wanted) ranged.data.want(from - margin, to + margin);
    return () => ends.forEach((end) => end());
  }, [wanted]);
  return {
    waiting: parts.some(({ ranged, from, to }) => !ranged.data.has(from, to)),
    failed: parts.map(({ ranged }) => ranged.data.failed).find(Boolean) ?? '',
    again: () => parts.forEach(({ ranged }) => ranged.data.again()),
  };
}

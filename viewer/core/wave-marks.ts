/** Annotations of a recording by their moments, so that those of a strip are found however many there are. */
import type { WaveformAnnotation } from './waveform-annotations';

export interface Mark {
  /** Seconds from the acquisition. */
  time: number;
  annotation: WaveformAnnotation;
}

const sorted = new WeakMap<readonly WaveformAnnotation[], readonly Mark[]>();

/** One for each moment, ascending. Sorted once for a list. */
export function marksOf(annotations: readonly WaveformAnnotation[]): readonly Mark[] {
  let marks = sorted.get(annotations);
  if (!marks) {
    marks = annotations.flatMap((annotation) => annotation.times.map((time) => ({ time, annotation }))).sort((a, b) => a.time - b.time);
    sorted.set(annotations, marks);
  }
  return marks;
}

/** Those from one moment up to another, ascending. */
export function marksWithin(annotations: readonly WaveformAnnotation[], begin: number, end: number): readonly Mark[] {
  const marks = marksOf(annotations);
  return marks.slice(firstFrom(marks, begin), firstFrom(marks, end));
}

function firstFrom(marks: readonly Mark[], time: number): number {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle] as Mark).time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

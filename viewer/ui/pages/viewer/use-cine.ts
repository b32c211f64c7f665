import { useEffect } from 'react';
import { next, played, stayOf } from '../../../domain/cine';
import type { ViewerModel } from '../../viewer-model';

/** Plays the active viewport while the model says so. */
export function useCine(model: ViewerModel): void {
  const { playing } = model;
  useEffect(() => {
    if (!playing) return undefined;
    let due = performance.now();
    let direction = 1;
    let request = requestAnimationFrame(function tick(now: number) {
      request = requestAnimationFrame(tick);
      // Half a screen refresh early is on time.
      if (now < due - 8) return;
      const step = advance(model, direction);
      if (!step) return;
      direction = step.direction;
      due = Math.max(due + step.stay, now - step.stay);
    });
    return () => cancelAnimationFrame(request);
  }, [model, playing]);
}

/** One image on. A frame still on its way is waited for: playing never skips what was not shown. */
function advance(model: ViewerModel, direction: number): { direction: number; stay: number } | undefined {
  const stage = model.stage();
  const snap = stage?.snapshot();
  const set = snap?.displaySet;
  if (!stage || !set || set.images.length < 2 || (snap.shown !== snap.index && !snap.error)) return undefined;
  const { rate, sweep, range } = model.cine;
  const step = next(played(set, snap.index, range), snap.index, direction, sweep);
  const image = set.images[step.index];
  void stage.goTo(step.index);
  return { direction: step.direction, stay: image ? stayOf(image, rate) : 1000 / rate };
}

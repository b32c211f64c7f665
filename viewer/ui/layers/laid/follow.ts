/** Lays objects over images as the state of the viewer has it: when somebody switches, after a reload, by undo. What draws is fetched when there is something. */
import { useEffect } from 'react';
import { takeRealWorldChoices } from '../../real-world-choice';
import type { ViewerModel } from '../../viewer-model';
import { uidsOn } from './state';

export function useLaid(model: ViewerModel): void {
  useEffect(() => {
    let sync: ((model: ViewerModel) => void) | undefined;
    let asked = false;
    const look = () => {
      if (sync) return sync(model);
      if (asked || !uidsOn(model).length) return;
      asked = true;
      void import('./sync').then((module) => {
        if (model.isClosed) return;
        sync = module.sync;
        sync(model);
      });
    };
    const follow = () => {
      takeRealWorldChoices(model);
      look();
    };
    follow();
    const ends = [model.subscribe(follow), model.own.subscribe(follow)];
    return () => ends.forEach((end) => end());
  }, [model]);
}

/** Follows the radiotherapy objects of a viewer; the program for it is fetched when a study has some. */
import { useEffect } from 'react';
import type { ViewerModel } from '../viewer-model';
import { hasTherapy } from './objects';

export function useTherapy(model: ViewerModel): void {
  useEffect(() => {
    let [begun, ended] = [false, false];
    let end: () => void = () => undefined;
    const look = () => {
      if (begun || !hasTherapy(model)) return;
      begun = true;
      void import('./therapy').then(({ therapyOf }) => {
        if (!ended) end = therapyOf(model).follow();
      });
    };
    look();
    const forget = model.subscribe(look);
    return () => {
      ended = true;
      forget();
      end();
    };
  }, [model]);
}

/** Which of several Real World Value Mappings a series is read by: kept like the state of a view (model.own), by series. */
import { t } from '../core/language';
import type { ViewerModel } from './viewer-model';

export const REAL_WORLD = 'real-world';
/** Readings are made where there is no viewer at hand. */
const choices = new Map<string, number>();

/** From 0; -1 for none. The first at the beginning. */
export function realWorldChoice(series: string): number {
  return choices.get(series) ?? 0;
}

/** As one step that can be undone. */
export function chooseRealWorld(model: ViewerModel, series: string, choice: number): void {
  const before = realWorldChoice(series);
  const go = (to: number) => {
    model.own.change(REAL_WORLD, { [series]: to });
    model.update();
  };
  go(choice);
  model.note({ words: t('real world values'), kind: '', about: [series], undo: () => go(before), redo: () => go(choice) });
}

/** As the state of the viewer has them. */
export function takeRealWorldChoices(model: ViewerModel): void {
  for (const [series, choice] of Object.entries(model.own.of(REAL_WORLD))) if (Number.isInteger(choice) && Number(choice) >= -1) choices.set(series, Number(choice));
}

/** One more window, and what goes from one to another. */
import { t } from '../../../core/language';
import type { Member } from '../../../domain/windows';
import { keyNow } from '../../keys';
import type { ViewerModel } from '../../viewer-model';
import { windows } from '../../windows';

export function openWindow(model: ViewerModel): void {
  void model.together.openWindow(keyNow('windows.open') || t('Open another window'));
}

/** To the next window, after the last the first. */
export function send(model: ViewerModel, moves: boolean): void {
  const next = windows.next();
  if (next) model.together.send(next, moves);
}

/** number: as the header of that window says. */
export function sendTo(number: number, model: ViewerModel): void {
  const to = windowOf(number, model);
  if (to) model.together.send(to, false);
}

export function windowOf(number: number, model: ViewerModel): Member | undefined {
  return model.together.partners.find((m) => windows.place(m.id) === number);
}

export function whyNoWindow(model: ViewerModel): string {
  return model.together.partners.length ? '' : t('No other window shows this patient.');
}

import { useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../core/language';
import { windows } from '../windows';

/** Which of the windows of the session this one is, while there are others. */
export function WindowNumber(): ReactElement | null {
  useSyncExternalStore(windows.subscribe, windows.snapshot);
  const count = windows.members.length;
  if (count < 2) return null;
  return <span className="t2 sm nowrap" data-testid="window-number">{t('Window {number} of {count}', { number: String(windows.place()), count })}</span>;
}

import { useLayoutEffect, useRef } from 'react';
import { isModalOpen } from './use-modal';

/**
 * Answer key presses anywhere on the page, by what the last rendering knows; under a dialog nothing answers (inDialog: the dialog itself).
 *
 * Layout effects, not passive ones: a passive effect runs after the browser has painted, and a key pressed in between would be answered by the
 * rendering before (a list that has just come would still be empty).
 */
export function useKeys(answer: (e: KeyboardEvent) => void, inDialog = false): void {
  const latest = useRef(answer);
  useLayoutEffect(() => {
    latest.current = answer;
  });
  useLayoutEffect(() => {
    const listen = (e: KeyboardEvent) => (inDialog || !isModalOpen()) && latest.current(e);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [inDialog]);
}

/** A dialog over the page: Tab stays in it, and who opened it gets the focus back. */
import { useLayoutEffect, useState } from 'react';

const STOPS = 'button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]';

/** Called by the dialog, whose element has `aria-modal`. */
export function useModal(): void {
  // While it renders for the first time nothing in it has taken the focus yet.
  const [opener] = useState(() => document.activeElement);
  useLayoutEffect(() => {
    const before = opener?.isConnected ? opener : document.activeElement;
    const listen = (e: KeyboardEvent) => e.key === 'Tab' && stay(e);
    window.addEventListener('keydown', listen, true);
    return () => {
      window.removeEventListener('keydown', listen, true);
      if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
    };
  }, [opener]);
}

/** Whether a dialog has the keys. */
export function isModalOpen(): boolean {
  return document.querySelector('[aria-modal="true"]') !== null;
}

/** From its last stop on to its first, and back. */
function stay(e: KeyboardEvent): void {
  const dialog = [...document.querySelectorAll<HTMLElement>('[aria-modal="true"]')].at(-1);
  if (!dialog) return;
  const stops = [...dialog.querySelectorAll<HTMLElement>(STOPS)].filter((stop) => stop.tabIndex >= 0 && stop.getClientRects().length > 0);
  const [first, last] = e.shiftKey ? [stops.at(-1), stops[0]] : [stops[0], stops.at(-1)];
  const at = document.activeElement;
  if (at !== last && at !== dialog && dialog.contains(at)) return;
  if (at === dialog && !e.shiftKey) return;
  e.preventDefault();
  first?.focus();
}

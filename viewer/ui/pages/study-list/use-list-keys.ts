/** The keys of the study list. */
import type { RefObject } from 'react';
import { t } from '../../../core/language';
import { isTyping } from '../../parts/browser';
import { useKeys } from '../../parts/use-keys';

export const KEYS: [string, string][] = [
  ['/', t('search')],
  ['↑ ↓', t('move')],
  ['PgUp PgDn', t('move by ten')],
  ['Home End', t('first and last')],
  ['Space', t('look without opening')],
  ['Enter', t('open')],
  ['X', t('choose')],
  ['Shift ↑ ↓', t('choose from here to there')],
  ['Ctrl A', t('choose all that are listed')],
  ['C', t('compare what is chosen, else with the newest prior')],
  ['Ctrl E', t('send')],
  ['Del', t('delete, for administrators')],
  ['Ctrl Z', t('bring back what was just removed')],
  ['Alt ← →', t('move the column whose head has the focus')],
  ['Esc', t('leave the search, choose none, close the look')],
  ['?', t('this')],
];

export interface ListKeys {
  /** A dialog has the keys. */
  blocked: boolean;
  searchBox: RefObject<HTMLInputElement | null>;
  move: (by: number, extend: boolean) => void;
  open: (typing: boolean) => void;
  look: () => void;
  choose: () => void;
  chooseAll: () => void;
  compare: () => void;
  send: (() => void) | undefined;
  remove: (() => void) | undefined;
  bringBack: (() => void) | undefined;
  leave: () => void;
  help: () => void;
}

const MOVES: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 };
const FROM_THE_BOX = ['ArrowDown', 'ArrowUp', 'Enter', 'Escape'];

export function useListKeys(keys: ListKeys): void {
  useKeys((e) => {
    if (keys.blocked || !(e.ctrlKey || e.metaKey ? withControl(keys, e) : plain(keys, e))) return;
    e.preventDefault();
  });
}

function withControl(keys: ListKeys, e: KeyboardEvent): boolean {
  if (e.altKey || e.shiftKey) return false;
  const key = e.key.toLowerCase();
  const act = key === 'e' ? keys.send : isTyping(e.target) ? undefined : { a: keys.chooseAll, z: keys.bringBack }[key];
  act?.();
  return act !== undefined;
}

function plain(keys: ListKeys, e: KeyboardEvent): boolean {
  if (e.altKey) return false;
  const typing = isTyping(e.target);
  if (typing && !(e.target === keys.searchBox.current && FROM_THE_BOX.includes(e.key))) return false;
  const onControl = e.target instanceof HTMLElement && e.target.closest('button, a, select');
  if (onControl && (e.key === 'Enter' || e.key === ' ')) return false;
  const by = MOVES[e.key];
  if (by !== undefined) {
    keys.move(by, e.shiftKey && !typing);
    return true;
  }
  const act = actOf(keys, e.key, typing);
  act?.();
  return act !== undefined;
}

function actOf(keys: ListKeys, key: string, typing: boolean): (() => void) | undefined {
  switch (key) {
    case '/':
      return () => keys.searchBox.current?.focus();
    case ' ':
      return keys.look;
    case 'x':
    case 'X':
      return keys.choose;
    case 'c':
    case 'C':
      return keys.compare;
    case 'Delete':
      return keys.remove;
    case 'Enter':
      return () => keys.open(typing);
    case 'Escape':
      return () => {
        if (typing) keys.searchBox.current?.blur();
        else keys.leave();
      };
    case '?':
      return keys.help;
    default:
      return undefined;
  }
}

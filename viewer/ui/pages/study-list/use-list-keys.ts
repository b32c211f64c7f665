/** The keys of the study list. */
import type { RefObject } from 'react';
import { isTyping } from '../../parts/browser';
import { useKeys } from '../../parts/use-keys';

export const KEYS: [string, string][] = [
  ['/', 'search'],
  ['↑ ↓', 'move'],
  ['PgUp PgDn', 'move by ten'],
  ['Home End', 'first and last'],
  ['Space', 'look without opening'],
  ['Enter', 'open'],
  ['X', 'choose'],
  ['Shift ↑ ↓', 'choose from here to there'],
  ['Ctrl A', 'choose all that are listed'],
  ['C', 'compare what is chosen, else with the newest prior'],
  ['Ctrl E', 'send'],
  ['Del', 'delete, for administrators'],
  ['Ctrl Z', 'bring back what was just removed'],
  ['Alt ← →', 'move the column whose head has the focus'],
  ['Esc', 'leave the search, choose none, close the look'],
  ['?', 'this'],
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

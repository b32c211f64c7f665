/** The pointer rests on an element, or a finger is held on it: both ask for more words. */
import { useEffect, useRef, type MouseEvent, type PointerEvent } from 'react';
import { LONG_PRESS } from '../../domain/fingers';

const REST_MS = 1200;

export interface Rest {
  /** True when the pointer has rested there, false when it goes. */
  rests: (resting: boolean) => void;
  /** A finger was held there; its click is none then. */
  held: () => void;
}

/** Handlers for the element. */
export function useRest(rest: Rest | undefined) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const state = useRef<'' | 'resting' | 'held'>('');
  const latest = useRef(rest);
  useEffect(() => {
    latest.current = rest;
  });
  const end = () => {
    clearTimeout(timer.current);
    if (state.current !== 'resting') return;
    state.current = '';
    latest.current?.rests(false);
  };
  useEffect(() => end, []);
  if (!rest) return {};
  const begin = (byFinger: boolean) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      state.current = byFinger ? 'held' : 'resting';
      if (byFinger) latest.current?.held();
      else latest.current?.rests(true);
    }, byFinger ? LONG_PRESS : REST_MS);
  };
  return {
    onPointerEnter: (e: PointerEvent) => e.pointerType === 'mouse' && begin(false),
    onPointerLeave: end,
    onPointerDown: (e: PointerEvent) => {
      end();
      state.current = '';
      if (e.pointerType === 'touch') begin(true);
    },
    onPointerUp: () => clearTimeout(timer.current),
    onPointerCancel: end,
    onContextMenu: (e: MouseEvent) => e.preventDefault(),
    onClickCapture: (e: MouseEvent) => {
      if (state.current !== 'held') return;
      state.current = '';
      e.preventDefault();
      e.stopPropagation();
    },
  };
}

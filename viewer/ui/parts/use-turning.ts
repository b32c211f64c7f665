/** Left turns, middle (or Shift) moves, right is the window, the wheel zooms; two fingers zoom and move. */
import { useEffect, useRef, type PointerEvent, type RefObject } from 'react';
import type { Point2 } from '../../core/geometry';
import type { Turnable } from '../stage/turning';

const ZOOM_PER_PIXEL = 1.0015;

export interface TurningProps {
  ref: RefObject<HTMLDivElement | null>;
  onContextMenu: (e: { preventDefault: () => void }) => void;
  onPointerDown: (e: PointerEvent<HTMLDivElement>) => void;
  onPointerUp: (e: PointerEvent) => void;
  onPointerCancel: (e: PointerEvent) => void;
  onPointerMove: (e: PointerEvent<HTMLDivElement>) => void;
}

/** For the element over the picture. used: something was turned or moved. */
export function useTurning(it: Turnable, used: () => void): TurningProps {
  const hand = useRef(new Map<number, Point2>());
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = element.current;
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      e.stopPropagation();
      it.zoom(ZOOM_PER_PIXEL ** -(e.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? e.deltaY : e.deltaY * 60));
    };
    target?.addEventListener('wheel', wheel, { passive: false });
    return () => target?.removeEventListener('wheel', wheel);
  }, [it]);
  const end = (e: PointerEvent) => hand.current.delete(e.pointerId);
  return {
    ref: element,
    onContextMenu: (e) => e.preventDefault(),
    onPointerDown: (e) => {
      if (e.button === 1) e.preventDefault();
      e.currentTarget.setPointerCapture(e.pointerId);
      hand.current.set(e.pointerId, [e.clientX, e.clientY]);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerMove: (e) => {
      const last = hand.current.get(e.pointerId);
      if (!last) return;
      const [dx, dy] = [e.clientX - last[0], e.clientY - last[1]];
      if (hand.current.size > 1) pinch(it, hand.current, e.pointerId, [dx, dy]);
      else if (e.buttons & 2) it.window?.(dx, dy);
      else if (e.buttons & 4 || e.shiftKey) it.pan(dx, dy);
      else it.turn(dx, dy);
      if (dx || dy) used();
      hand.current.set(e.pointerId, [e.clientX, e.clientY]);
    },
  };
}

function pinch(it: Turnable, fingers: Map<number, Point2>, id: number, [dx, dy]: Point2): void {
  const at = fingers.get(id);
  const other = [...fingers].find(([finger]) => finger !== id)?.[1];
  if (!at || !other) return;
  const before = Math.hypot(at[0] - other[0], at[1] - other[1]);
  const after = Math.hypot(at[0] + dx - other[0], at[1] + dy - other[1]);
  it.zoom(after / Math.max(before, 1));
  it.pan(dx / 2, dy / 2);
}

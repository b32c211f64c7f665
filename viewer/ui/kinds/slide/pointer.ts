/** The pointer on a slide: drag moves it, the wheel zooms where it is, two fingers do both. */
import type { SlideScreen } from './screen';

/** The returned function takes the handlers off. */
export function bindSlidePointer(element: HTMLElement, screen: SlideScreen): () => void {
  const fingers = new Map<number, [number, number]>();
  const at = (e: { clientX: number; clientY: number }): [number, number] => {
    const box = element.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  };
  const down = (e: PointerEvent) => {
    element.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, at(e));
  };
  const move = (e: PointerEvent) => {
    const last = fingers.get(e.pointerId);
    if (!last) return;
    const now = at(e);
    const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
    fingers.set(e.pointerId, now);
    const share = other ? 2 : 1;
    screen.panBy((now[0] - last[0]) / share, (now[1] - last[1]) / share);
    if (!other) return;
    const [before, after] = [Math.hypot(last[0] - other[0], last[1] - other[1]), Math.hypot(now[0] - other[0], now[1] - other[1])];
    if (before > 1 && after > 1) screen.zoomBy(after / before, [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
  };
  const up = (e: PointerEvent) => fingers.delete(e.pointerId);
  const wheel = (e: WheelEvent) => {
    e.preventDefault();
    // Lines and pages of other mice count as pixels here.
    const pixels = e.deltaY * (e.deltaMode === 1 ? 33 : e.deltaMode === 2 ? 400 : 1);
    screen.zoomBy(2 ** (-Math.min(Math.max(pixels, -400), 400) / 200), at(e));
  };
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointercancel', up);
    element.removeEventListener('wheel', wheel);
  };
}

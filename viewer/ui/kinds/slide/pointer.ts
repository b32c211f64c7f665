/** The pointer on a slide: drag moves it, the wheel zooms where it is, two fingers do both. */
import type { SlideScreen } from './screen';

/** The returned function takes the handlers off. */
export function bindSlidePointer(element: HTMLElement, screen: SlideScreen): () => void {
  const fingers = new Map<number, [number, number]>();
  let drawing: number | undefined;
  const at = (e: { clientX: number; clientY: number }): [number, number] => {
    const box = element.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  };
  const down = (e: PointerEvent) => {
    element.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, at(e));
    const place = screen.pen && e.button === 0 && fingers.size === 1 ? screen.toSlide(at(e)) : undefined;
    drawing = place ? e.pointerId : undefined;
    if (place) screen.pen?.down(place);
  };
  const move = (e: PointerEvent) => {
    const now = at(e);
    screen.point(now);
    const last = fingers.get(e.pointerId);
    if (!last) return;
    if (drawing === e.pointerId) {
      const place = screen.toSlide(now);
      fingers.set(e.pointerId, now);
      return place && screen.pen?.move(place);
    }
    const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
    fingers.set(e.pointerId, now);
    const share = other ? 2 : 1;
    screen.panBy((now[0] - last[0]) / share, (now[1] - last[1]) / share);
    if (!other) return;
    const [before, after] = [Math.hypot(last[0] - other[0], last[1] - other[1]), Math.hypot(now[0] - other[0], now[1] - other[1])];
    if (before > 1 && after > 1) screen.zoomBy(after / before, [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
  };
  const up = (e: PointerEvent) => {
    fingers.delete(e.pointerId);
    if (drawing !== e.pointerId) return;
    drawing = undefined;
    screen.pen?.up();
  };
  const leave = () => screen.point(undefined);
  const wheel = (e: WheelEvent) => {
    e.preventDefault();
    // Lines and pages of other mice count as pixels here.
    const pixels = e.deltaY * (e.deltaMode === 1 ? 33 : e.deltaMode === 2 ? 400 : 1);
    screen.zoomBy(2 ** (-Math.min(Math.max(pixels, -400), 400) / 200), at(e));
  };
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointerleave', leave);
  element.addEventListener('pointercancel', up);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointerleave', leave);
    element.removeEventListener('pointercancel', up);
    element.removeEventListener('wheel', wheel);
  };
}

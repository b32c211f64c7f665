/** What fingers on an image mean. Points are CSS pixels. Pure values. */
import type { Point2 } from '../core/geometry';

/** Beyond this a finger drags and does not press any more. */
export const WANDER = 10;
/** Milliseconds until a press is a long one, and within which two taps are a double one. */
export const LONG_PRESS = 450;
export const DOUBLE_TAP = 320;
/** How far apart the two taps may be. */
export const DOUBLE_TAP_REACH = 36;
/** A drag this young was two fingers that did not come down together. */
export const SECOND_FINGER = 250;

export type TwoFingers = 'waiting' | 'scroll' | 'pinch';
export type Pair = readonly [Point2, Point2];

/**
 * Two fingers that go the same way scroll, two that part or close zoom and move. Nothing is decided before they have gone
 * eight pixels; a scroll whose fingers then part by a third becomes a pinch, a pinch stays one.
 */
export function twoFingers(so: TwoFingers, start: Pair, now: Pair): TwoFingers {
  if (so === 'pinch') return so;
  const [was, is] = [distance(start), distance(now)];
  const parted = Math.abs(is - was);
  if (so === 'scroll') return parted > 40 && (is > was * 1.34 || is < was / 1.34) ? 'pinch' : so;
  const [a, b] = [between(start[0], now[0]), between(start[1], now[1])];
  const along = Math.hypot(...between(middle(start), middle(now)));
  if (Math.max(parted, along) < 8) return so;
  const together = Math.min(Math.hypot(...a), Math.hypot(...b)) >= 3 && a[0] * b[0] + a[1] * b[1] > 0;
  return together && along > parted * 1.5 ? 'scroll' : parted >= 8 || !together ? 'pinch' : so;
}

export function distance([a, b]: Pair): number {
  return Math.hypot(...between(a, b));
}

export function middle([a, b]: Pair): Point2 {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}


export function between(a: Point2, b: Point2): Point2 {
  return [b[0] - a[0], b[1] - a[1]];
}

/** Whether a tap is the second of two. */
export function isDoubleTap(first: { at: Point2; time: number } | undefined, second: { at: Point2; time: number }): boolean {
  return first !== undefined && second.time - first.time < DOUBLE_TAP && Math.hypot(...between(first.at, second.at)) < DOUBLE_TAP_REACH;
}

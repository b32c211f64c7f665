import { expect, it } from 'vitest';
import type { Point2 } from '../../core/geometry';
import { isDoubleTap, twoFingers, type Pair, type TwoFingers } from '../../domain/fingers';

const START: Pair = [[150, 300], [250, 300]];

/** What is decided on the way, in ten steps of straight lines. */
function walk(to: Pair, from: Pair = START, so: TwoFingers = 'waiting'): TwoFingers {
  let kind = so;
  for (let i = 1; i <= 10; i++) {
    const at = (n: 0 | 1): Point2 => [from[n][0] + ((to[n][0] - from[n][0]) * i) / 10, from[n][1] + ((to[n][1] - from[n][1]) * i) / 10];
    kind = twoFingers(kind, from, [at(0), at(1)]);
  }
  return kind;
}

it.each<[string, Pair, TwoFingers]>([
  ['both down', [[150, 400], [250, 400]], 'scroll'],
  ['both up, one faster', [[150, 200], [250, 180]], 'scroll'],
  ['both down, a little closer', [[158, 400], [244, 396]], 'scroll'],
  ['slanting', [[190, 380], [290, 380]], 'scroll'],
  ['apart', [[100, 300], [300, 300]], 'pinch'],
  ['together', [[190, 300], [210, 300]], 'pinch'],
  ['one stays', [[150, 300], [330, 300]], 'pinch'],
  ['apart and moved', [[120, 340], [330, 340]], 'pinch'],
  ['turned round', [[200, 250], [200, 350]], 'pinch'],
  ['hardly moved', [[152, 303], [251, 304]], 'waiting'],
])('%s', (_, to, kind) => expect(walk(to)).toBe(kind));

it('fingers one above the other scroll too', () => {
  expect(walk([[200, 350], [200, 450]], [[200, 250], [200, 350]])).toBe('scroll');
  expect(walk([[200, 200], [200, 400]], [[200, 250], [200, 350]])).toBe('pinch');
});

it('a scroll whose fingers part by a third zooms from there; a pinch never scrolls', () => {
  expect(twoFingers('scroll', START, [[140, 400], [250, 400]])).toBe('scroll');
  expect(twoFingers('scroll', START, [[120, 400], [270, 400]])).toBe('pinch');
  expect(walk([[150, 500], [250, 500]], START, 'pinch')).toBe('pinch');
});

it('two taps near each other in time and place', () => {
  const first = { at: [100, 100] as Point2, time: 1000 };
  expect(isDoubleTap(first, { at: [110, 108], time: 1250 })).toBe(true);
  expect(isDoubleTap(first, { at: [110, 108], time: 1400 })).toBe(false);
  expect(isDoubleTap(first, { at: [160, 100], time: 1100 })).toBe(false);
  expect(isDoubleTap(undefined, first)).toBe(false);
});

import { expect, it } from 'vitest';
import { readLayout, readView } from '../../domain/layout-kept';

const LAYOUT = { asked: ['1.2'], open: ['1.2', '1.3'], hanging: { rows: 1, columns: 2, cells: ['1.2.1', ''] }, active: 1, maximised: true, linked: true, views: { '1.2.1': {} }, own: { '1.2.2': { page: 3 } } };
const VIEW = {
  index: 4, voi: { kind: 'window', window: { center: 40, width: 80, function: 'LINEAR', explanation: '' } }, inverted: true, colourMap: '', hiddenOverlays: [0x6000], tiles: 3,
  state: { uid: '1.2.9', graphicsOnly: true, hidden: ['ARROWS'] }, subtraction: { on: true, frame: 2, shift: [0.5, -1] }, orientation: { rotation: 90, flip: true }, place: { zoom: 2, pan: [3, -4] }, three: false,
};

it('comes back through JSON for the same studies', () => {
  expect(readLayout(JSON.parse(JSON.stringify(LAYOUT)), ['1.2'])).toEqual(LAYOUT);
  expect(readView(JSON.parse(JSON.stringify(VIEW)))).toEqual(VIEW);
});

it.each<[string, unknown]>([
  ['other studies', { ...LAYOUT, asked: ['1.9'] }],
  ['more cells than the grid has', { ...LAYOUT, hanging: { ...LAYOUT.hanging, cells: ['a', 'b', 'c'] } }],
  ['a grid larger than there is', { ...LAYOUT, hanging: { rows: 10, columns: 1, cells: Array(10).fill('') } }],
  ['an active cell beside it', { ...LAYOUT, active: 2 }],
  ['nothing', null],
  ['text', 'x'],
])('%s is not put back', (_, value) => expect(readLayout(value, ['1.2'])).toBeUndefined());

it('of a view what is odd is as usual', () => {
  expect(readView({ ...VIEW, voi: { kind: 'lut', lut: {} }, orientation: { rotation: 45 }, place: { zoom: 'x' }, tiles: 99 })).toEqual({
    ...VIEW, voi: undefined, orientation: { rotation: 0, flip: false }, place: undefined, tiles: 1,
  });
  expect(readView({ ...VIEW, index: -1 })).toBeUndefined();
});

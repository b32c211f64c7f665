import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import type { DisplaySet, ImageRef } from '../../domain/display-sets';
import { counterpart, linkKind, rectangleOf } from '../../domain/linking';
import { hasTable, pictureOf, readPicture, shownOf, type Shown } from '../../domain/shown';
import { readMessage, type Message } from '../../domain/window-messages';

const FROM = '0123abcd-0000';
const TO = '4567abcd-0000';

function slice(z: number, extra: DataSet = {}): ImageRef {
  const put = (vr: string, ...Value: unknown[]) => ({ vr, Value });
  const dataset = {
    '00080060': put('CS', 'CT'), '00200052': put('UI', '1.2.9'), '00200032': put('DS', -10, -20, z), '00200037': put('DS', 1, 0, 0, 0, 1, 0), '00280030': put('DS', 0.5, 0.5),
    '00100010': put('PN', { Alphabetic: 'DOE^JANE' }), ...extra,
  };
  const pixel = { rows: 64, columns: 48, samplesPerPixel: 1, photometric: 'MONOCHROME2', planar: false, bitsAllocated: 16, bitsStored: 12, highBit: 11, signed: false, float: false };
  return { sopInstanceUid: `1.2.${z}`, frame: 1, dataset, pixel, transferSyntax: '' };
}

const shown = (image: ImageRef): Shown => ({
  series: '1.2.5', index: 7, image, colour: false, unit: 'HU', inverted: true, zoom: 3, fitted: false, middle: [24, 32],
  voi: { kind: 'window', window: { center: 40, width: 80, function: 'LINEAR', explanation: 'BRAIN' } },
});

const picture = pictureOf(shown(slice(12)), 2);

describe('a picture', () => {
  it('tells of an image what links need, and nothing of whom it is', () => {
    expect(JSON.stringify(picture)).not.toContain('DOE');
    const back = shownOf(JSON.parse(JSON.stringify(picture)), 1);
    expect(rectangleOf(back.image)).toEqual(rectangleOf(slice(12)));
    expect(back).toMatchObject({ series: '1.2.5', index: 7, unit: 'HU', inverted: true, zoom: 1.5, middle: [24, 32], voi: shown(slice(12)).voi });
    const other = { images: [slice(0), slice(5), slice(13), slice(20)] } as unknown as DisplaySet;
    expect(linkKind(back.image, slice(0))).toBe('reference');
    expect(counterpart(back.image, other, 0)).toEqual({ index: 2, apart: 1 });
  });

  it('without a place is counted', () => {
    const bare = slice(0, { '00200032': { vr: 'DS' }, '00200052': { vr: 'UI' } });
    const back = shownOf(pictureOf(shown(bare), 1), 1);
    expect(linkKind(back.image, slice(0))).toBe('number');
  });

  it('of a table says that it has one', () => {
    const lut = { kind: 'lut', lut: { first: 0, bits: 8, entries: new Uint8Array(2), explanation: '' } } as const;
    expect(hasTable(pictureOf({ ...shown(slice(0)), voi: lut }, 1))).toBe(true);
    expect(hasTable(picture)).toBe(false);
  });

  it.each<[string, object]>([
    ['no index', { index: -1 }], ['no size', { rows: 0 }], ['a size that is none', { columns: Number.NaN }], ['half a place', { place: { position: [1, 2, 3] } }],
    ['no spacing', { place: { ...picture.place, spacing: [0, 1] } }], ['a window that is forbidden', { window: { kind: 'window', window: { center: 1, width: 0, function: 'LINEAR', explanation: '' } } }],
    ['a table', { window: { kind: 'lut' } }], ['a zoom of nothing', { zoom: 0 }], ['a middle elsewhere', { middle: [1] }], ['a text that is none', { unit: 5 }],
  ])('with %s is none', (_, change) => expect(readPicture({ ...picture, ...change })).toBeUndefined());
});

const view = { index: 3, inverted: true, colourMap: '', hiddenOverlays: [], tiles: 1, orientation: { rotation: 90, flip: true }, voi: picture.window, place: undefined };
const member = { id: FROM, seat: 2, since: 1000, at: 'viewer', apart: false, screen: [0, 0] };
const MESSAGES: Record<Message['kind'], Record<string, unknown>> = {
  here: { member, shared: { number: 1, studies: ['1.2'] }, answer: true },
  gone: {},
  links: { on: true, links: { scroll: true, window: false, place: true }, pins: [['1.2|1.3', -4.5]] },
  shows: { number: 1, picture, crossing: { point: [1, 2, 3], frameOfReference: '1.2.9' } },
  leads: { number: 1, what: 'image', picture, before: 2 },
  points: { number: 1, at: null },
  hangs: { to: TO, number: 1, ticket: '0123456789', study: '1.2', series: '1.2.5', view, aim: { zoom: 2, middle: [3, 4] } },
  took: { to: TO, ticket: '0123456789', done: true },
  login: {},
};

describe('a message', () => {
  it.each(Object.entries(MESSAGES))('%s is understood', (kind, rest) => {
    const message = { kind, from: FROM, ...rest };
    expect(readMessage(structuredClone(message))).toMatchObject(message);
  });

  it.each<[string, unknown]>([
    ['nothing', null], ['a text', 'here'], ['an unknown kind', { kind: 'delete', from: FROM }], ['a kind of the language itself', { kind: 'constructor', from: FROM }],
    ['nobody as its sender', { kind: 'gone' }], ['an odd sender', { kind: 'gone', from: '<script>' }],
    ['the place of another window', { kind: 'here', from: FROM, ...MESSAGES.here, member: { ...member, id: TO } }],
    ['a name among the studies', { kind: 'here', from: FROM, ...MESSAGES.here, shared: { number: 1, studies: ['DOE^JANE'] } }],
    ['no end of studies', { kind: 'here', from: FROM, ...MESSAGES.here, shared: { number: 1, studies: Array.from({ length: 65 }, () => '1.2') } }],
    ['a seat that is none', { kind: 'here', from: FROM, ...MESSAGES.here, member: { ...member, seat: 0 } }],
    ['half of what is linked', { kind: 'links', from: FROM, ...MESSAGES.links, links: { scroll: true } }],
    ['a shift that is no number', { kind: 'links', from: FROM, ...MESSAGES.links, pins: [['a', 'b']] }],
    ['a lead of nothing', { kind: 'leads', from: FROM, ...MESSAGES.leads, what: 'all' }],
    ['no case', { kind: 'leads', from: FROM, ...MESSAGES.leads, number: -1 }],
    ['a point of two numbers', { kind: 'points', from: FROM, number: 1, at: { point: [1, 2], frameOfReference: '1.2' } }],
    ['a series that is no UID', { kind: 'hangs', from: FROM, ...MESSAGES.hangs, series: '../x' }],
    ['a view that is none', { kind: 'hangs', from: FROM, ...MESSAGES.hangs, view: { index: -1 } }],
    ['an aim at nothing', { kind: 'hangs', from: FROM, ...MESSAGES.hangs, aim: { zoom: 0, middle: [1, 1] } }],
  ])('of %s is not heard', (_, value) => expect(readMessage(value)).toBeUndefined());
});

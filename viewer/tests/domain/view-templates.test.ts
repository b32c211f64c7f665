import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { imagePixel } from '../../core/image-description';
import { slabOf } from '../../core/slab';
import { placeInMount, teethOf } from '../../domain/dental';
import { displaySetOf, type ImageRef } from '../../domain/display-sets';
import { airSide, commonScale, extentOf, fourViews, isMirrored, mammoViewOf, panOf, viewLabel, viewPages, wallOfPixels } from '../../domain/mammography';
import { partsOf } from '../../domain/runs';

const el = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const sq = (...Value: unknown[]) => ({ vr: 'SQ', Value });

function mammogram(side: string, code: string, more: Record<string, unknown> = {}): ImageRef {
  const dataset = {
    '00080060': el('CS', 'MG'), '00200062': el('CS', side), '00540220': sq({ '00080100': el('SH', code) }), '00280010': el('US', 200), '00280011': el('US', 150), '00280004': el('CS', 'MONOCHROME2'),
    '00181164': el('DS', 0.5, 0.5), ...more,
  } as unknown as DataSet;
  return { sopInstanceUid: `${side}${code}`, frame: 1, dataset, pixel: imagePixel(dataset) as ImageRef['pixel'], transferSyntax: '' };
}
const [CC, MLO] = ['399162004', 'R-10226'];

describe('a mammogram', () => {
  it('says breast and view by codes, old ones too, and the chest wall by the direction of its rows', () => {
    const at = (side: string, code: string, row: string) => mammoViewOf(mammogram(side, code, { '00200020': el('CS', row, 'F') }));
    expect(at('L', CC, 'A')).toMatchObject({ side: 'L', view: 'CC', chestWall: 'left', kind: 'full-field' });
    expect(at('R', MLO, 'P')).toMatchObject({ side: 'R', view: 'MLO', chestWall: 'right' });
    expect(at('R', CC, 'AR')).toMatchObject({ chestWall: 'left' });
  });
  it('is mirrored only where its chest wall would lie outside', () => {
    const mirrored = (side: 'R' | 'L', row: string) => isMirrored(side, mammoViewOf(mammogram(side, CC, { '00200020': el('CS', row, 'F') }))?.chestWall as never);
    expect([mirrored('L', 'A'), mirrored('R', 'P'), mirrored('R', 'A'), mirrored('L', 'P')]).toEqual([false, false, true, true]);
  });
  it('is none without side or view, and none of another modality', () => {
    expect(mammoViewOf(mammogram('', CC))).toBeUndefined();
    expect(mammoViewOf(mammogram('B', CC))).toBeUndefined();
    expect(mammoViewOf(mammogram('L', '1234'))).toBeUndefined();
    expect(mammoViewOf(mammogram('L', CC, { '00080060': el('CS', 'CT') }))).toBeUndefined();
  });
  it('hangs right beside left, CC over MLO, with the best of each view', () => {
    const hung = (image: ImageRef) => ({ of: image.sopInstanceUid, image, view: mammoViewOf(image) as never });
    const synthesised = mammogram('L', CC, { '00080008': el('CS', 'DERIVED', 'PRIMARY', 'TOMOSYNTHESIS', 'GENERATED_2D') });
    const raw = mammogram('R', CC, { '00080016': el('UI', '1.2.840.10008.5.1.4.1.1.1.2.1') });
    const magnified = mammogram('R', MLO, { '00540220': sq({ '00080100': el('SH', MLO), '00540222': sq({ '00080100': el('SH', 'R-102D6') }) }) });
    const tomo = mammogram('L', CC, { '00080016': el('UI', '1.2.840.10008.5.1.4.1.1.13.1.3') });
    const found = [synthesised, raw, magnified, tomo, mammogram('R', CC), mammogram('R', MLO)].map((image, i) => ({ ...hung(image), of: i }));
    expect(fourViews(found, 'flat').map((h) => h?.of)).toEqual([4, 0, 5, undefined]);
    expect(fourViews(found, 'tomosynthesis').map((h) => h?.of)).toEqual([4, 3, 5, undefined]);
  });
  it('goes on with further views, implants displaced before spots, magnified ones last, and synthesised ones over tomosyntheses', () => {
    const code = (view: string, ...modifiers: string[]) => ({ '00540220': sq({ '00080100': el('SH', view), '00540222': sq(...modifiers.map((m) => ({ '00080100': el('SH', m) }))) }) });
    const images = [
      mammogram('R', CC, code(CC, '399163009')), mammogram('L', CC, code(CC, '399209000')), mammogram('R', CC, code(CC, 'R-102D5')), mammogram('L', MLO, code(MLO, '399055006', '399163009')),
      mammogram('R', CC), mammogram('L', CC), mammogram('L', '399260004'), mammogram('R', MLO, { '00181114': el('DS', 1.8) }),
      mammogram('L', CC, { '00080016': el('UI', '1.2.840.10008.5.1.4.1.1.13.1.3') }), mammogram('L', CC, { '00080008': el('CS', 'DERIVED', 'PRIMARY', 'TOMO', 'GENERATED_2D') }),
    ];
    const found = images.map((image, of) => ({ of, image, view: mammoViewOf(image) as never }));
    expect(found.map(({ view }) => viewLabel(view))).toEqual(['R MCC', 'L CCID', 'R CCID', 'L SMMLO', 'R CC', 'L CC', 'L ML', 'R MMLO', 'L CC', 'L CC']);
    const _ = undefined;
    expect(viewPages(found, 'flat').map((page) => page.map((h) => h?.of))).toEqual([[4, 5, 7, 6], [2, 1, 0, _], [_, 3, _, _], [_, 9, _, 8]]);
  });
  it('has its chest wall where there is more tissue, and its texts on the other side', () => {
    const samples = Uint16Array.from({ length: 64 * 40 }, (_, i) => (i % 64 > 40 ? 900 + (i % 7) : 10 + (i % 5)));
    const frame = { samples, columns: 64, rows: 40 };
    expect([wallOfPixels(frame, false), wallOfPixels(frame, true)]).toEqual(['right', 'left']);
    expect(wallOfPixels({ ...frame, samples: samples.map((_, i) => i % 3) }, false)).toBeUndefined();
    expect([airSide('right', [2, 0, 0, 2, 0, 0]), airSide('right', [-2, 0, 0, 2, 9, 0]), airSide('left', [0, 2, -2, 0, 0, 0])]).toEqual(['left', 'right', undefined]);
  });
  it('lies flush to the middle and to the top at a scale that all share', () => {
    const extent = extentOf(mammogram('R', CC));
    expect(extent).toEqual({ width: 75, height: 100, column: 0.5, known: true });
    const box = { width: 400, height: 300 };
    const scale = commonScale([{ extent, box }, { extent: { width: 150, height: 100 }, box }]);
    expect(scale).toBeCloseTo(400 / 150);
    // 75 mm at 2.67 CSS pixels are 200: the right edge of a picture of 200 in 400 lies 100 from the middle of the viewport.
    expect(panOf('R', extent, box, scale).map(Math.round)).toEqual([100, -17]);
    expect(panOf('L', extent, box, scale).map(Math.round)).toEqual([-100, -17]);
  });
  it('of one series with several is a part of its own', () => {
    const images = [mammogram('R', CC), mammogram('L', CC)].map((i, n) => ({ ...i.dataset, '00080018': el('UI', String(n)), '00200013': el('IS', n) }) as unknown as DataSet);
    expect(partsOf(displaySetOf('1', '2', images)).map((p) => [p.id, p.name, p.set.images.length])).toEqual([['2#r1', 'R CC', 1], ['2#r2', 'L CC', 1]]);
  });
});

describe('teeth', () => {
  it('have their places in the mount by their FDI numbers', () => {
    const at = (...teeth: string[]) => { const p = placeInMount(teeth); return p && [p.row, p.column]; };
    expect([at('18', '17', '16'), at('15', '14'), at('13'), at('12', '11'), at('11', '21'), at('21', '22'), at('23'), at('24', '25'), at('26', '27', '28')]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((c) => [0, c]));
    expect([at('46', '47', '48'), at('44', '45'), at('43'), at('31', '41'), at('33'), at('34', '35'), at('36', '37', '38')]).toEqual([0, 1, 2, 4, 6, 7, 8].map((c) => [2, c]));
    expect([at('16', '46'), at('26', '36'), at('17', '18', '47', '48'), at('27', '28', '37', '38')]).toEqual([[1, 2], [1, 6], [1, 1], [1, 7]]);
    // Milk teeth lie where their successors will.
    expect([at('55', '54'), at('51', '61'), at('73')]).toEqual([[0, 1], [0, 4], [2, 6]]);
    expect([at(), at('99')]).toEqual([undefined, undefined]);
  });
  it('are read from ISO 3950, SNOMED CT and SRT, else from regions and the side (PS3.16 CID 4016 to 4019)', () => {
    const code = (value: string, scheme: string) => ({ '00080100': el('SH', value), '00080102': el('SH', scheme) });
    expect(teethOf({ '00082228': sq(code('18', 'ISO3950-2010'), code('T-54210', 'SRT'), code('<b>', 'ISO3950'), code('45', 'ISO3950'), code('99', 'ISO3950'), code('38', 'SCT')) } as unknown as DataSet)).toEqual(['18', '45']);
    const srt = ['T-54452', 'T-54292', 'T-54370', 'T-54480', 'T-54610', 'T-54700', 'T-54710', 'T-54800'].map((v) => code(v, 'SRT'));
    expect(teethOf({ '00082228': sq(...srt) } as unknown as DataSet)).toEqual(['41', '21', '38', '44', '51', '65', '81', '75']);
    const sct = ['68085002', '865988009', '74344005', '860785004', '27855007'].map((v) => code(v, 'SCT'));
    expect(teethOf({ '00082228': sq(...sct) } as unknown as DataSet)).toEqual(['18', '26', '38', '43', '55']);
    const region = (jaw: string, side: string) => teethOf({ '00082218': sq({ ...code(jaw, 'SCT'), '00082220': sq(code('699507006', 'SCT'), code('R-FB356', 'SRT')) }), '00200062': el('CS', side) } as unknown as DataSet);
    expect([region('70925003', 'R'), region('91609006', 'L'), region('91609006', ''), region('1234', 'R')]).toEqual([['16', '17'], ['36', '37'], [], []]);
  });
});

describe('a slab', () => {
  it('is the maximum or the rounded mean of frames; another size does not count', () => {
    const frame = (...v: number[]) => ({ rows: 1, columns: v.length, colour: false, samples: Uint16Array.from(v), min: Math.min(...v), max: Math.max(...v) });
    expect([...slabOf([frame(1, 9), frame(4, 2), frame(7)], 'max').samples]).toEqual([4, 9]);
    expect(slabOf([frame(1, 9), frame(4, 2)], 'mean')).toMatchObject({ samples: Uint16Array.of(3, 6), min: 3, max: 6 });
    expect(() => slabOf([], 'max')).toThrow();
  });
});

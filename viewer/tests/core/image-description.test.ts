import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { imagePixel, isInverse, modalityOf, pixelAspect, planeOf, spacingOf, voisOf, type ImagePixel } from '../../core/image-description';
import { askFor, EXPLICIT_LITTLE_ENDIAN, nativeLayout } from '../../core/transfer-syntax';

const us = (...v: number[]) => ({ vr: 'US', Value: v });
const ds = (...v: (number | string)[]) => ({ vr: 'DS', Value: v });
const cs = (...v: string[]) => ({ vr: 'CS', Value: v });

const image: DataSet = { '00280010': us(4), '00280011': us(4), '00280100': us(16), '00280101': us(12), '00280102': us(11), '00280103': us(0), '00280004': cs('MONOCHROME2') };
const pixel = imagePixel(image) as ImagePixel;

describe('values', () => {
  it('DS may be strings in JSON', () => {
    expect(modalityOf({ ...image, '00281053': ds('0.5'), '00281052': ds(' -1024 ') }, 1, pixel)).toMatchObject({ slope: 0.5, intercept: -1024 });
  });
  it('CT without Rescale Type is HU, a localiser is not', () => {
    const ct = { ...image, '00080060': cs('CT'), '00281053': ds(1), '00281052': ds(-1024) };
    expect(modalityOf(ct, 1, pixel).unit).toBe('HU');
    expect(modalityOf({ ...ct, '00080008': cs('ORIGINAL', 'PRIMARY', 'LOCALIZER') }, 1, pixel).unit).toBe('');
  });
  it('a slope of 0 would erase the image', () => {
    expect(modalityOf({ ...image, '00281053': ds(0), '00281052': ds(5) }, 1, pixel)).toMatchObject({ slope: 1, intercept: 5 });
  });
  it('windows the standard forbids are left out, doubled ones come once', () => {
    const vois = voisOf({ ...image, '00281050': ds(40, 40, 300, 7), '00281051': ds(80, 80, 1500, 0) }, 1, pixel);
    expect(vois.map((v) => v.kind === 'window' && v.window.center)).toEqual([40, 300]);
  });
  it('functional groups: the frame before the shared item', () => {
    const group = (c: number) => ({ vr: 'SQ', Value: [{ '00281050': ds(c), '00281051': ds(100) }] });
    const enhanced: DataSet = { ...image, '52009229': { vr: 'SQ', Value: [{ '00289132': group(1) }] }, '52009230': { vr: 'SQ', Value: [{}, { '00289132': group(2) }] } };
    const center = (frame: number) => voisOf(enhanced, frame, pixel).map((v) => v.kind === 'window' && v.window.center);
    expect([center(1), center(2)]).toEqual([[1], [2]]);
  });
  it('low is bright for MONOCHROME1 and for INVERSE', () => {
    const mono1 = { ...pixel, photometric: 'MONOCHROME1' };
    expect(isInverse(image, mono1)).toBe(true);
    expect(isInverse({ ...image, '20500020': cs('INVERSE') }, pixel)).toBe(true);
    expect(isInverse(image, pixel)).toBe(false);
  });
});

describe('geometry', () => {
  it('broken directions are no plane', () => {
    const at = { '00200032': ds(0, 0, 0) };
    expect(planeOf({ ...at, '00200037': ds(1, 0, 0, 0, 1, 0) }, 1)).toBeDefined();
    expect(planeOf({ ...at, '00200037': ds(0, 0, 0, 0, 0, 0) }, 1)).toBeUndefined();
    expect(planeOf({ ...at, '00200037': ds(1, 0, 0) }, 1)).toBeUndefined();
  });
  it('spacing: the patient, then the detector, never 0', () => {
    expect(spacingOf({ '00280030': ds(0.5, 0.25), '00181164': ds(1, 1) }, 1)).toEqual({ row: 0.5, column: 0.25, where: 'patient' });
    expect(spacingOf({ '00280030': ds(0, 0), '00181164': ds(0.1, 0.1) }, 1)?.where).toBe('detector');
    expect(spacingOf({}, 1)).toBeUndefined();
  });
  it('one ultrasound scale only when all regions agree', () => {
    const region = (x: number) => ({ '00186012': us(1), '00186024': us(3), '0018602C': ds(x), '0018602E': ds(x) });
    expect(spacingOf({ '00186011': { vr: 'SQ', Value: [region(0.01), region(0.01)] } }, 1)).toEqual({ row: 0.1, column: 0.1, where: 'patient' });
    expect(spacingOf({ '00186011': { vr: 'SQ', Value: [region(0.01), region(0.02)] } }, 1)).toBeUndefined();
  });
  it('the aspect ratio counts only without a spacing', () => {
    expect(pixelAspect({ '00280034': { vr: 'IS', Value: [2, 1] } }, 1)).toBe(2);
    expect(pixelAspect({ '00280034': { vr: 'IS', Value: [2, 1] }, '00280030': ds(1, 1) }, 1)).toBe(1);
  });
});

describe('transfer syntaxes', () => {
  const jpeg = (n: string) => `1.2.840.10008.1.2.4.${n}`;
  it('12-bit JPEG, JPEG 2000 part 2, video and the unknown are left to the server', () => {
    for (const n of ['51', '53', '55', '92', '93', '102', '110']) expect(askFor(jpeg(n), pixel)).toBe(EXPLICIT_LITTLE_ENDIAN);
    expect(askFor('', pixel)).toBe(EXPLICIT_LITTLE_ENDIAN);
  });
  it('what the browser decodes right comes as stored', () => {
    for (const n of ['50', '57', '70', '80', '81', '90', '91', '201', '202', '203']) expect(askFor(jpeg(n), pixel)).toBe('*');
  });
  it('JPEG that is labelled RGB is left to the server', () => {
    expect(askFor(jpeg('50'), { ...pixel, bitsAllocated: 8, samplesPerPixel: 3, photometric: 'RGB' })).toBe(EXPLICIT_LITTLE_ENDIAN);
    expect(askFor(jpeg('50'), { ...pixel, bitsAllocated: 8, samplesPerPixel: 3, photometric: 'YBR_FULL_422' })).toBe('*');
  });
  it('decoded colour is by pixel, and RGB out of lossy JPEG and JPEG 2000', () => {
    const ybr = { ...pixel, bitsAllocated: 8, samplesPerPixel: 3, planar: true, photometric: 'YBR_FULL_422' };
    expect(nativeLayout(EXPLICIT_LITTLE_ENDIAN, ybr)).toEqual({ photometric: 'YBR_FULL_422', planar: true });
    expect(nativeLayout('1.2.840.10008.1.2.5', ybr)).toEqual({ photometric: 'YBR_FULL', planar: false });
    expect(nativeLayout(jpeg('51'), ybr)).toEqual({ photometric: 'RGB', planar: false });
    expect(nativeLayout(jpeg('70'), { ...ybr, photometric: 'RGB' })).toEqual({ photometric: 'RGB', planar: false });
  });
  it('odd samples are left to the server', () => {
    expect(askFor(jpeg('90'), { ...pixel, bitsAllocated: 32 })).toBe(EXPLICIT_LITTLE_ENDIAN);
    expect(askFor('1.2.840.10008.1.2.5', { ...pixel, bitsAllocated: 1 })).toBe(EXPLICIT_LITTLE_ENDIAN);
    expect(askFor('1.2.840.10008.1.2.5', { ...pixel, samplesPerPixel: 3 })).toBe(EXPLICIT_LITTLE_ENDIAN);
  });
});

describe('tables that come later', () => {
  it('are used when their data have come, whoever asked before', () => {
    const data: { vr: string; BulkDataURI: string; InlineBinary?: string } = { vr: 'OW', BulkDataURI: '/bulk' };
    const lut: DataSet = { '00283002': { vr: 'US', Value: [2, 0, 8] }, '00283006': data };
    const ds: DataSet = { '00280010': { vr: 'US', Value: [1] }, '00280011': { vr: 'US', Value: [1] }, '00283010': { vr: 'SQ', Value: [lut] } };
    const pixel = imagePixel(ds) as ImagePixel;
    expect(voisOf(ds, 1, pixel)).toEqual([]);
    data.InlineBinary = btoa('\u0000\u00ff');
    expect(voisOf(ds, 1, pixel)).toMatchObject([{ kind: 'lut', lut: { first: 0, bits: 8 } }]);
  });
});

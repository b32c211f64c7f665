import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../core/dicom-json';
import { duBois, isSuv, james, janmahasatian, suvOf, type SuvKind } from '../../core/suv';
import { averageSeconds, dateTime, moment, scanMoment, startMoment } from '../../core/suv-times';

type Values = Record<string, unknown>;
const of = (values: Values): DataSet =>
  Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined).map(([tag, v]) => [tag, { vr: 'LO', Value: Array.isArray(v) ? v : [v] }]));

const DRUG = { '00181072': '090000', '00181074': 384e6, '00181075': 6586.2 };
/** The made PET of ../shared/data: 384 MBq an hour before the scan, 87 kg, 1.79 m, a man. */
const MADE: Values = {
  '00541001': 'BQML', '00541102': 'START', '00280051': ['DECY', 'ATTN', 'SCAT'], '00101030': 87, '00101020': 1.79, '00100040': 'M',
  '00080021': '20250115', '00080031': '100000', '00080022': '20250115', '00080032': '100000', '00541300': 0, '00181242': 120_000,
};
const pet = (change: Values = {}, drug: Values = {}) => of({ ...MADE, '00540016': of({ ...DRUG, ...drug }), ...change });
const factor = (ds: DataSet, kind: SuvKind = 'bw') => {
  const result = suvOf(ds, 1, kind);
  return isSuv(result) ? result.factor : result.lacks;
};

describe('SUV (PS3.3 C.8.9.1; TRUTH.csv petct/pet)', () => {
  it('is the value times weight over the dose that is left when the scan starts', () => {
    expect(factor(pet())).toBeCloseTo(0.000330926, 9);
    const result = suvOf(pet(), 1, 'bw');
    expect(isSuv(result) && result.dose).toBeCloseTo(262899041.1156488, 3);
    expect(isSuv(result) && result.uptake).toBe(3600);
  });

  it('goes by lean body mass and surface: Bq/ml of the sphere of SUV 4 give 3.00978 and 2.95576', () => {
    expect(12087.31 * (factor(pet(), 'lbm-james') as number)).toBeCloseTo(3.00978, 5);
    expect(12087.31 * (factor(pet(), 'lbm-janma') as number)).toBeCloseTo(2.95576, 5);
    expect([james(87, 1.79, 'M'), janmahasatian(87, 1.79, 'M')].map((v) => v.toFixed(4))).toEqual(['65.4627', '64.2878']);
    // Du Bois' table: 70 kg and 170 cm have 1.81 square metres.
    expect(duBois(70, 1.7)).toBeCloseTo(1.81, 2);
    expect(factor(pet(), 'bsa')).toBeCloseTo((1e4 * duBois(87, 1.79)) / 262899041.1156488, 12);
  });

  it('is not there when something is not said, and says what', () => {
    expect(factor(pet({ '00101030': undefined }))).toEqual(['weight']);
    expect(factor(pet({ '00101020': undefined, '00100040': 'O' }), 'lbm-james')).toEqual(['height', 'sex']);
    expect(factor(pet({ '00101020': 179 }), 'bsa')).toEqual(['height']);
    expect(factor(pet({ '00280051': ['DECY'] }))).toEqual(['attenuation']);
    expect(factor(pet({ '00280051': ['ATTN'] }))).toEqual(['decay']);
    expect(factor(pet({ '00541001': 'PROPCPS' }))).toEqual(['units']);
    expect(factor(pet({}, { '00181074': 384, '00181075': undefined, '00181072': '' }))).toEqual(['dose', 'half-life', 'start']);
    expect(factor(pet({ '00540016': undefined }))).toEqual(['dose', 'half-life', 'start']);
  });

  it('takes the dose as given when values are corrected to the injection', () => {
    expect(factor(pet({ '00541102': 'ADMIN' }))).toBeCloseTo(87000 / 384e6, 12);
  });

  it('lets the dose decay to the average count of the frame when values are not corrected', () => {
    const late = pet({ '00541102': 'NONE', '00280051': ['ATTN'], '00080032': '103000' });
    // 30 minutes later and a little less than half of the two minutes.
    expect(factor(late)).toBeCloseTo(87000 / (384e6 * 2 ** (-(5400 + 59.937) / 6586.2)), 9);
  });

  it('reads what is SUV already, and turns one kind into another', () => {
    expect(factor(pet({ '00541001': 'GML' }))).toBe(1);
    expect(factor(pet({ '00541001': 'GML', '00541006': 'LBMJANMA' }), 'lbm-janma')).toBe(1);
    expect(factor(pet({ '00541001': 'GML' }), 'lbm-james')).toBeCloseTo(65.4627 / 87, 6);
    expect(factor(pet({ '00541001': 'GML', '00541006': 'IBW' }))).toEqual(['units']);
    expect(factor(pet({ '00541001': 'CM2ML' }), 'bsa')).toBe(1);
  });

  it('takes the private factors of Philips for counts', () => {
    const counts = (elements: Values) => pet({ '00541001': 'CNTS', '70530011': 'Philips PET Private Group', ...elements });
    expect(factor(counts({ '70531100': 0.0005 }))).toBe(0.0005);
    expect(factor(counts({ '70531100': 0, '70531109': 2 }))).toBeCloseTo(2 * 0.000330926, 8);
    expect(factor({ ...counts({}), '70531100': { vr: 'UN', InlineBinary: btoa('5.0E-4 ') } })).toBe(0.0005);
    expect(factor(counts({}))).toEqual(['units']);
  });

  it('reads the enhanced object (TRUTH.csv enhanced/pet.dcm: stored 100 is 1000 Bq/ml and SUV 0.365159)', () => {
    const shared = of({ '00289145': of({ '00281054': 'BQML' }) });
    const enhanced = of({
      '52009229': shared, '00189758': 'YES', '00189701': '20250115100000', '00189759': 'YES', '00101030': 75,
      '00540016': of({ '00181074': 3e8, '00181075': 6586.2, '00181078': '20250115090000' }),
    });
    expect(1000 * (factor(enhanced) as number)).toBeCloseTo(0.365159, 6);
    expect(factor({ ...enhanced, ...of({ '00189701': undefined, '00189758': 'NO' }) })).toEqual(['scan']);
  });
});

describe('the moments between which a tracer decays', () => {
  const at = (hours: number) => (moment('20250115', '000000') as number) + 3600 * hours;

  it('crosses midnight', () => {
    expect(startMoment(of({}), of({ '00181072': '233000' }), at(0.5))).toBe(at(-0.5));
  });

  it('believes the date of the start, unless it lies after the scan', () => {
    const drug = (dt: string) => of({ '00181072': '090000', '00181078': dt });
    expect(startMoment(of({}), drug('20250114090000'), at(10))).toBe(at(-15));
    expect(startMoment(of({}), drug('20300114090000'), at(10))).toBe(at(9));
    expect(startMoment(of({ '00080201': '+0100' }), drug('20250115080000+0000'), at(10))).toBe(at(9));
  });

  it('reads dates with and without seconds and offsets', () => {
    expect(dateTime('2025011509')).toBe(at(9));
    expect(dateTime('20250115093000.5+0200')).toBe(at(9.5) + 0.5);
    expect(dateTime('20250115')).toBeUndefined();
    expect(dateTime('nonsense')).toBeUndefined();
  });

  it('reckons back from the frame when the series was written later', () => {
    const later = { ...MADE, '00080031': '180000', '00080032': '101000' };
    const mean = averageSeconds(120, 6586.2);
    expect(mean).toBeCloseTo(60, 0);
    expect(mean).toBeLessThan(60);
    expect(scanMoment(of({ ...later, '00541300': 1000 * (600 + mean) }), 6586.2)).toBeCloseTo(at(10), 6);
    expect(scanMoment(of({ ...later, '00541300': undefined }), 6586.2)).toBeUndefined();
    expect(scanMoment(of({ ...later, '00090010': 'GEMS_PETD_01', '0009100D': '20250115100100.00' }), 6586.2)).toBe(at(10) + 60);
  });
});

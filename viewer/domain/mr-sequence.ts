/** Which contrast an MR series has: by what it is called, else by how it was acquired. Pure values. */
import { number, text, type DataSet } from '../core/dicom-json';

export type Sequence = 'T1' | 'T2' | 'FLAIR' | 'STIR' | 'PD' | 'DWI' | 'ADC' | 'SWI' | 'LOC';

/** The first that fits counts: "T2 FLAIR" is a FLAIR, "T2*" and "ADC" are no T2 and no DWI. */
const WORDS: readonly (readonly [RegExp, Sequence])[] = [
  [/\b(loc|locali[sz]er|scout|survey|3[- ]?plane|smartbrain|aahead)/, 'LOC'],
  [/(?:^|[^a-z])adc(?![a-z])|apparent/, 'ADC'],
  [/dwi|diff|(?:^|[^a-z])trace|(?:^|[^a-z])dti(?![a-z])|(?:^|[^a-z0-9])b[- =_]?[1-9]\d{2,3}(?!\d)/, 'DWI'],
  [/flair|dark.?fluid/, 'FLAIR'],
  [/stir|tirm/, 'STIR'],
  [/\bswi\b|\bt2[ _-]?(\*|star|gre|ffe)|susc|h[a]?emo/, 'SWI'],
  [/(?:^|[^a-z0-9])t2(?![0-9])/, 'T2'],
  [/(?:^|[^a-z0-9])t1(?![0-9])|mprage|\bbravo\b/, 'T1'],
  [/(?:^|[^a-z0-9])pd(?![a-z0-9])|proton|(?:^|[^a-z0-9])pdw/, 'PD'],
];

/** Acquisition Contrast (0008,9209) of enhanced objects, PS3.3 C.8.13.3.1.2. */
const CONTRASTS: Readonly<Record<string, Sequence>> = { T1: 'T1', T2: 'T2', FLUID_ATTENUATED: 'FLAIR', DIFFUSION: 'DWI', PROTON_DENSITY: 'PD', STIR: 'STIR', T2_STAR: 'SWI' };

/** '' where nothing says it. ds: one image, undefined before metadata are here. */
export function sequenceOf(description: string, ds?: DataSet): Sequence | '' {
  const named = WORDS.find(([words]) => words.test(description.toLowerCase()));
  if (named) return named[1];
  return ds ? acquired(ds) : '';
}

/** Spin echo and inversion recovery by their times, in ms (PS3.3 C.8.3.1). Of gradient echoes times say little. */
function acquired(ds: DataSet): Sequence | '' {
  const contrast = CONTRASTS[text(ds, '00089209')];
  if (contrast) return contrast;
  if ((number(ds, '00189087') ?? 0) > 0) return 'DWI';
  const [repetition, echo, inversion] = ['00180080', '00180081', '00180082'].map((tag) => number(ds, tag) ?? 0) as [number, number, number];
  const scanning = (ds['00180020']?.Value ?? []).map(String);
  if (scanning.includes('GR') || !repetition || !echo) return '';
  if (scanning.includes('IR') && inversion > 1500 && echo > 60) return 'FLAIR';
  if (scanning.includes('IR') && inversion > 80 && inversion < 300) return 'STIR';
  if (repetition < 1000 && echo < 30) return 'T1';
  if (repetition >= 1800 && echo >= 70) return 'T2';
  return repetition >= 1500 && echo < 50 ? 'PD' : '';
}

/**
 * Standardized uptake values of PET (PS3.3 C.8.9.1, C.8.22; PS3.16 CID 85): what a value of the image is to be multiplied with.
 * The way is that of the vendor-neutral pseudo-code of QIBA. What is not said is not assumed: it is named, and there is no SUV.
 */
import { number, numbers, strings, text, inlineBinary, item, type DataSet } from './dicom-json';
import { functionalGroup } from './image-description';
import { averageSeconds, momentOf, scanMoment, startMoment } from './suv-times';

/** By body weight; lean body mass after James (128) or Janmahasatian; body surface after Du Bois. */
export type SuvKind = 'bw' | 'lbm-james' | 'lbm-janma' | 'bsa';
export const SUV_KINDS: readonly SuvKind[] = ['bw', 'lbm-james', 'lbm-janma', 'bsa'];

/** What must be known and is not. */
export type SuvLack =
  | 'units' | 'attenuation' | 'decay' | 'dose' | 'half-life' | 'start' | 'scan' | 'weight' | 'height' | 'sex';

/** factor: SUV of one unit of the modality value. dose: Bq at the time the values are corrected to; uptake: s from injection to then. */
export interface Suv {
  kind: SuvKind;
  factor: number;
  dose?: number;
  uptake?: number;
}

export type SuvResult = Suv | { lacks: SuvLack[] };

export function isSuv(result: SuvResult | undefined): result is Suv {
  return result !== undefined && 'factor' in result;
}

/** UCUM, as PS3.16 CID 85 has it without the braces. */
export function suvUnit(kind: SuvKind): string {
  return kind === 'bsa' ? 'cm²/ml' : 'g/ml';
}

/** Of a frame (1-based) of a PET object, classic or enhanced. */
export function suvOf(ds: DataSet, frame: number, kind: SuvKind): SuvResult {
  const units = unitsOf(ds, frame);
  if (units === 'BQML') return byDose(ds, frame, kind, 1);
  if (units === 'GML' || units === 'CM2ML') return converted(ds, kind, STORED[text(ds, '00541006') || (units === 'GML' ? 'BW' : 'BSA')], 1);
  if (units === 'CNTS') return byPhilips(ds, frame, kind);
  return { lacks: ['units'] };
}

/** Units (0054,1001) or, in the enhanced object, Rescale Type (PS3.3 C.8.9.1.1.3, C.11.1.1.2). */
function unitsOf(ds: DataSet, frame: number): string {
  return text(ds, '00541001') || text(functionalGroup(ds, frame, '00289145') ?? ds, '00281054');
}

/** SUV Type (0054,1006). Which lean body mass LBM means it does not say, nor do we know an ideal weight. */
const STORED: Record<string, SuvKind> = { BW: 'bw', LBMJAMES128: 'lbm-james', LBMJANMA: 'lbm-janma', BSA: 'bsa' };

/** The object has SUVs already; those of another kind differ by the ratio of the two bodies. */
function converted(ds: DataSet, kind: SuvKind, stored: SuvKind | undefined, scale: number): SuvResult {
  if (!stored) return { lacks: ['units'] };
  if (stored === kind) return { kind, factor: scale };
  const [from, to] = [bodyOf(ds, stored), bodyOf(ds, kind)];
  const lacks = [...new Set([...from.lacks, ...to.lacks])];
  return lacks.length ? { lacks } : { kind, factor: (scale * to.size) / from.size };
}

/** Counts with a private factor to SUVbw, or to Bq/ml (Philips PET Private Group). */
function byPhilips(ds: DataSet, frame: number, kind: SuvKind): SuvResult {
  const toSuv = philips(ds, '00');
  if (toSuv) return converted(ds, kind, 'bw', toSuv);
  const toActivity = philips(ds, '09');
  return toActivity ? byDose(ds, frame, kind, toActivity) : { lacks: ['units'] };
}

function byDose(ds: DataSet, frame: number, kind: SuvKind, toActivity: number): SuvResult {
  const dose = doseOf(ds, frame);
  const body = bodyOf(ds, kind);
  const lacks = [...correctionLacks(ds), ...dose.lacks, ...body.lacks];
  if (lacks.length) return { lacks };
  return { kind, factor: (toActivity * body.size) / dose.becquerels, dose: dose.becquerels, uptake: dose.seconds };
}

/** Without correction for attenuation the values are no activity. Decay is what the dose is computed for. */
function correctionLacks(ds: DataSet): SuvLack[] {
  const corrected = strings(ds, '00280051');
  const attenuation = corrected.includes('ATTN') || text(ds, '00189759') === 'YES';
  return attenuation ? [] : ['attenuation'];
}

type Decay = 'START' | 'ADMIN' | 'NONE' | undefined;

/** What the values are corrected to (PS3.3 C.8.9.1.1.6, C.8.22.2): the start of the scan, the injection, or nothing. */
function decayOf(ds: DataSet): Decay {
  const enhanced = text(ds, '00189758');
  if (enhanced) return enhanced === 'YES' ? 'START' : 'NONE';
  const said = text(ds, '00541102');
  if (said === 'NONE') return 'NONE';
  const corrected = strings(ds, '00280051');
  // Corrected Image says that it was done, Decay Correction to when: both or nothing.
  return (said === 'START' || said === 'ADMIN') && corrected.includes('DECY') ? said : undefined;
}

interface Dose {
  becquerels: number;
  seconds: number;
  lacks: SuvLack[];
}

/** Doses below are no becquerels but what older objects have: megabecquerels. */
const LEAST_BECQUERELS = 10_000;

function doseOf(ds: DataSet, frame: number): Dose {
  const drug = item(ds, '00540016');
  const injected = number(drug, '00181074') ?? 0;
  const halfLife = number(drug, '00181075') ?? 0;
  const decay = decayOf(ds);
  const lacks: SuvLack[] = [];
  if (!decay) lacks.push('decay');
  if (injected < LEAST_BECQUERELS) lacks.push('dose');
  if (decay === 'ADMIN') return { becquerels: injected, seconds: 0, lacks };
  if (halfLife <= 0) lacks.push('half-life');
  const to = decay === 'NONE' ? frameMoment(ds, frame, halfLife) : scanMoment(ds, halfLife);
  if (to === undefined) lacks.push('scan');
  const from = to === undefined ? undefined : startMoment(ds, drug, to);
  if (to !== undefined && from === undefined) lacks.push('start');
  const seconds = (to ?? 0) - (from ?? 0);
  return { becquerels: injected * 2 ** (-seconds / halfLife), seconds, lacks };
}

/** When the average count of a frame fell: its values stand for that moment as long as nobody corrected them. */
function frameMoment(ds: DataSet, frame: number, halfLife: number): number | undefined {
  const content = functionalGroup(ds, frame, '00209111');
  const start = momentOf(content ?? ds, ['00189074', '0008002A'], ['00080022', '00080032']);
  const duration = number(content, '00189220') ?? number(ds, '00181242');
  return start === undefined || halfLife <= 0 ? undefined : start + averageSeconds((duration ?? 0) / 1000, halfLife);
}

interface Body {
  /** Grams, or square centimetres for the surface. */
  size: number;
  lacks: SuvLack[];
}

/** Patient's Weight in kg and Size in m (PS3.3 C.7.2.2). A height nobody has is one in another unit. */
function bodyOf(ds: DataSet, kind: SuvKind): Body {
  const weight = number(ds, '00101030') ?? 0;
  const height = number(ds, '00101020') ?? 0;
  const sex = text(ds, '00100040');
  const lacks: SuvLack[] = [];
  if (weight <= 0) lacks.push('weight');
  if (kind === 'bw') return { size: 1000 * weight, lacks };
  if (height < 0.2 || height > 2.8) lacks.push('height');
  if (kind === 'bsa') return { size: 10_000 * duBois(weight, height), lacks };
  if (sex !== 'M' && sex !== 'F') lacks.push('sex');
  const lean = kind === 'lbm-james' ? james(weight, height, sex) : janmahasatian(weight, height, sex);
  // James' parabola falls again for the very heavy: below nothing it says nothing.
  if (!lacks.length && lean <= 0) lacks.push('weight');
  return { size: 1000 * lean, lacks };
}

/** kg from kg and m, with 128 for men and 148 for women (PS3.16 CID 85, James 1976 as Hume and Sugawara cite it). */
export function james(weight: number, height: number, sex: string): number {
  const ratio = weight / (100 * height);
  return sex === 'F' ? 1.07 * weight - 148 * ratio ** 2 : 1.1 * weight - 128 * ratio ** 2;
}

/** kg from kg and m (Janmahasatian 2005). */
export function janmahasatian(weight: number, height: number, sex: string): number {
  const bmi = weight / height ** 2;
  return sex === 'F' ? (9270 * weight) / (8780 + 244 * bmi) : (9270 * weight) / (6680 + 216 * bmi);
}

/** Square metres from kg and m (Du Bois 1916). */
export function duBois(weight: number, height: number): number {
  return 0.007184 * weight ** 0.425 * (100 * height) ** 0.725;
}

/** Element of the private block 'Philips PET Private Group' in 7053, as a number; it may come as unknown bytes. */
function philips(ds: DataSet, element: string): number | undefined {
  const block = Object.keys(ds).find((tag) => /^705300[1-9A-F][0-9A-F]$/.test(tag) && text(ds, tag) === 'Philips PET Private Group');
  if (!block) return undefined;
  const tag = `7053${block.slice(6)}${element}`;
  const bytes = inlineBinary(ds, tag);
  const value = numbers(ds, tag)[0] ?? (bytes ? Number(String.fromCharCode(...bytes).replace(/\0/g, '').trim()) : NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

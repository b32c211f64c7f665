/** Lookup tables out of DICOM JSON: Modality, VOI and palette LUTs, whole or segmented (PS3.3 C.11.1.1, C.7.6.3.1.5, C.7.9.2). */
import { inlineBinary, items, numbers, text, type Attribute, type DataSet } from './dicom-json';
import type { Lut } from './voi';

interface Descriptor {
  count: number;
  first: number;
  bits: number;
}

/** `signed`: First Value Mapped is signed when the input of the table is. */
function descriptor(ds: DataSet, tag: string, signed: boolean): Descriptor | undefined {
  const [count, first, bits] = numbers(ds, tag);
  if (count === undefined || first === undefined || bits === undefined) return undefined;
  return { count: count === 0 ? 65536 : count, first: signed && first > 32767 ? first - 65536 : first, bits };
}

/** Entries as numbers, from Value (US, SS) or InlineBinary (OW, 8-bit tables packed or one a word). */
function entries(ds: DataSet, tag: string, d: Descriptor): Uint16Array | undefined {
  const listed = numbers(ds, tag);
  if (listed.length >= d.count) return Uint16Array.from(listed, (v) => v & 0xffff);
  const bytes = inlineBinary(ds, tag) ?? bytesOfWords(listed);
  if (!bytes || bytes.length < d.count) return undefined;
  if (bytes.length < 2 * d.count) return Uint16Array.from(bytes.subarray(0, d.count));
  return words(bytes).subarray(0, d.count);
}

function bytesOfWords(listed: number[]): Uint8Array | undefined {
  return listed.length ? new Uint8Array(Uint16Array.from(listed).buffer) : undefined;
}

function words(bytes: Uint8Array): Uint16Array {
  const even = bytes.slice(0, bytes.length & ~1);
  return new Uint16Array(even.buffer);
}

/** An item of Modality LUT Sequence or VOI LUT Sequence. Undefined when it is incomplete or its data is elsewhere. */
export function readLut(ds: DataSet | undefined, signed: boolean): Lut | undefined {
  if (!ds) return undefined;
  const d = descriptor(ds, '00283002', signed);
  const data = d && entries(ds, '00283006', d);
  return d && data ? { first: d.first, bits: realBits(data, d.bits), entries: data, explanation: text(ds, '00283003') } : undefined;
}

/** Some writers declare 8 bits and store 16, or the other way round: the entries decide upwards only. */
function realBits(data: Uint16Array, declared: number): number {
  const most = data.reduce((a, b) => Math.max(a, b), 0);
  return most >= 2 ** declared ? 16 : declared;
}

export interface Palette {
  first: number;
  bits: number;
  red: Uint16Array;
  green: Uint16Array;
  blue: Uint16Array;
}

const CHANNELS = ['1', '2', '3'];

/** Red, Green and Blue Palette Color Lookup Tables of an image, plain or segmented. */
export function readPalette(ds: DataSet, signed: boolean): Palette | undefined {
  const d = descriptor(ds, '00281101', signed);
  if (!d) return undefined;
  const tables = CHANNELS.map((c) => entries(ds, `0028120${c}`, d) ?? segmented(ds, `0028122${c}`, d));
  const [red, green, blue] = tables;
  if (!red || !green || !blue) return undefined;
  const bits = Math.max(...[red, green, blue].map((t) => realBits(t, d.bits)));
  return { first: d.first, bits, red, green, blue };
}

function segmented(ds: DataSet, tag: string, d: Descriptor): Uint16Array | undefined {
  const bytes = inlineBinary(ds, tag) ?? bytesOfWords(numbers(ds, tag));
  if (!bytes) return undefined;
  return expandSegments(d.bits === 8 ? Uint16Array.from(bytes) : words(bytes), d.count);
}

/** Discrete (0), linear (1) and indirect (2) segments (PS3.3 C.7.9.2). Stops at `count` entries, pads with the last. */
export function expandSegments(data: Uint16Array, count: number): Uint16Array {
  const out: number[] = [];
  run(data, 0, data.length, Infinity, count, out, 0);
  while (out.length < count) out.push(out.at(-1) ?? 0);
  return Uint16Array.from(out.slice(0, count));
}

function run(data: Uint16Array, from: number, end: number, most: number, count: number, out: number[], depth: number): void {
  for (let at = from, done = 0; at + 1 < end && done < most && out.length < count; done++) {
    const [op, length] = [data[at] as number, data[at + 1] as number];
    if (op === 0) {
      for (let i = 0; i < length; i++) out.push(data[at + 2 + i] ?? 0);
      at += 2 + length;
    } else if (op === 1) {
      ramp(out, data[at + 2] ?? 0, length);
      at += 3;
    } else if (op === 2 && depth === 0) {
      const target = (data[at + 2] ?? 0) + (data[at + 3] ?? 0) * 65536;
      run(data, target, end, length, count, out, 1);
      at += 4;
    } else return;
  }
}

function ramp(out: number[], to: number, length: number): void {
  const start = out.at(-1) ?? 0;
  for (let i = 1; i <= length; i++) out.push(Math.round(start + ((to - start) * i) / length));
}

const PALETTE_DATA = ['00281201', '00281202', '00281203', '00281221', '00281222', '00281223'];

/** Attributes of tables whose data is elsewhere (BulkDataURI); they must be fetched before the image can be drawn. */
export function distantLuts(ds: DataSet): Attribute[] {
  const groups = [...items(ds, '52009229'), ...items(ds, '52009230')].flatMap((g) => items(g, '00289132'));
  const tables = [ds, ...groups].flatMap((holder) => [...items(holder, '00283000'), ...items(holder, '00283010')]);
  const data = [...PALETTE_DATA.map((tag) => ds[tag]), ...tables.map((table) => table['00283006'])];
  return data.filter((a): a is Attribute => typeof a?.BulkDataURI === 'string' && a.InlineBinary === undefined && a.Value === undefined);
}

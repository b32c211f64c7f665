/** Waveform Sequence (PS3.3 C.10.9): multiplex groups, channels, samples as physical values. Nothing here throws on odd input. */
import { item, items, number, strings, text, type Attribute, type DataSet } from './dicom-json';
import { A_LAW, MU_LAW } from './companding';
import { wholeBytes, type SampleBytes } from './sample-bytes';

/** One Item of a code sequence (PS3.3 8.8). */
export interface Code {
  value: string;
  scheme: string;
  meaning: string;
}

export interface Channel {
  /** From 1, as annotations refer to it. */
  number: number;
  label: string;
  source: Code;
  /** UCUM; '' when the object tells no sensitivity: values are then stored ones ("counts"). */
  units: string;
  scale: number;
  baseline: number;
  /** Seconds from the acquisition to its first sample: group offset and skew (C.10.9.1.4.1). */
  start: number;
  filter: ChannelFilter;
}

/** What was done to the signal before it was stored; Hz. Undefined: not said. */
export interface ChannelFilter {
  low: number | undefined;
  high: number | undefined;
  notch: number | undefined;
}

export type Fault = 'frequency' | 'channels' | 'too-many' | 'samples' | 'interpretation' | 'data' | 'scale';

export interface MultiplexGroup {
  /** From 1, as annotations refer to it. */
  number: number;
  label: string;
  derived: boolean;
  /** Hz */
  frequency: number;
  /** Seconds from the acquisition. */
  start: number;
  /** Samples a channel, as the object says. */
  samples: number;
  /** As the object says; `channels` has so many. */
  channels: Channel[];
  bits: number;
  interpretation: string;
  data: Attribute | undefined;
  padding: Attribute | undefined;
  /** Why it cannot be drawn; undefined when it can. */
  fault: Fault | undefined;
}

const MOST_GROUPS = 64;
export const MOST_CHANNELS = 512;
const GREATEST = 1e12;
const LONGEST_NAME = 64;

/** In their order, those that cannot be drawn among them; at most 64. */
export function readGroups(ds: DataSet): MultiplexGroup[] {
  return items(ds, '54000100').slice(0, MOST_GROUPS).map((group, i) => readGroup(group, i + 1));
}

export function codeOf(ds: DataSet | undefined, tag: string): Code {
  const code = item(ds, tag);
  const value = text(code, '00080100') || text(code, '00080119') || text(code, '00080120');
  return { value, scheme: text(code, '00080102'), meaning: text(code, '00080104').slice(0, LONGEST_NAME) };
}

function readGroup(ds: DataSet, at: number): MultiplexGroup {
  const count = whole(ds, '003A0005');
  const frequency = number(ds, '003A001A') ?? NaN;
  const start = (number(ds, '00181068') ?? 0) / 1000;
  const definitions = items(ds, '003A0200');
  const group: MultiplexGroup = {
    number: at, label: text(ds, '003A0020').slice(0, LONGEST_NAME), derived: text(ds, '003A0004') === 'DERIVED', frequency, start, samples: whole(ds, '003A0010'),
    channels: [], bits: whole(ds, '54001004'), interpretation: text(ds, '54001006').toUpperCase(), data: ds['54001010'], padding: ds['5400100A'], fault: undefined,
  };
  group.fault = faultOf(group, count);
  // A channel without a definition is drawn in counts, by its number.
  if (!group.fault) group.channels = Array.from({ length: count }, (_, i) => readChannel(definitions[i] ?? {}, i + 1, frequency, start));
  if (group.channels.some((c) => Math.max(Math.abs(c.scale), Math.abs(c.baseline), Math.abs(c.start)) > GREATEST)) group.fault = 'scale';
  return group;
}

function whole(ds: DataSet, tag: string): number {
  const value = Math.trunc(number(ds, tag) ?? 0);
  return value > 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
}

function faultOf(group: MultiplexGroup, count: number): Fault | undefined {
  // The limits of the server (render/waveform).
  if (!(group.frequency >= 1e-6 && group.frequency <= 1e9)) return 'frequency';
  if (!count) return 'channels';
  if (count > MOST_CHANNELS) return 'too-many';
  if (!group.samples) return 'samples';
  if (!group.data?.InlineBinary && !group.data?.BulkDataURI) return 'data';
  return READERS[`${group.bits} ${group.interpretation}`] ? undefined : 'interpretation';
}

function readChannel(ds: DataSet, at: number, frequency: number, start: number): Channel {
  const hasSensitivity = number(ds, '003A0210') !== undefined;
  const skew = (number(ds, '003A0214') ?? 0) + (number(ds, '003A0215') ?? 0) / frequency;
  return {
    number: at,
    label: (strings(ds, '003A0203')[0] ?? '').slice(0, LONGEST_NAME),
    source: codeOf(ds, '003A0208'),
    units: hasSensitivity ? codeOf(ds, '003A0211').value : '',
    // sample x sensitivity x correction factor + baseline (C.10.9.1.4.3 to 5)
    scale: (number(ds, '003A0210') ?? 1) * (number(ds, '003A0212') ?? 1),
    baseline: number(ds, '003A0213') ?? 0,
    start: start + skew,
    filter: { low: number(ds, '003A0220'), high: number(ds, '003A0221'), notch: number(ds, '003A0222') },
  };
}

type Read = (view: DataView, at: number) => number;

/** Bits allocated and Waveform Sample Interpretation (C.10.9.1.5). Beyond 2^53 the last digits of 64 bits are lost: no paper shows them. */
const READERS: Record<string, Read> = {
  '8 SB': (v, at) => v.getInt8(at),
  '8 UB': (v, at) => v.getUint8(at),
  '8 MB': (v, at) => MU_LAW[v.getUint8(at)] as number,
  '8 AB': (v, at) => A_LAW[v.getUint8(at)] as number,
  '16 SS': (v, at) => v.getInt16(at, true),
  '16 US': (v, at) => v.getUint16(at, true),
  '32 SL': (v, at) => v.getInt32(at, true),
  '32 UL': (v, at) => v.getUint32(at, true),
  '64 SV': (v, at) => Number(v.getBigInt64(at, true)),
  '64 UV': (v, at) => Number(v.getBigUint64(at, true)),
};

/** Bytes of a sampling moment: one sample of each channel. */
export function bytesAMoment({ bits, channels }: Pick<MultiplexGroup, 'bits' | 'channels'>): number {
  return Math.max((bits / 8) * channels.length, 1);
}

/** The samples of a group: little endian, channels interleaved. */
export class Samples {
  /** Samples a channel that are there: fewer than the object says when its data end early. */
  readonly length: number;
  private readonly bytes: SampleBytes;
  private readonly read: Read;
  private readonly width: number;
  private readonly padding: number | undefined;

  constructor(
    readonly group: MultiplexGroup,
    bytes: Uint8Array | SampleBytes,
    padding: Uint8Array = new Uint8Array(),
  ) {
    this.read = READERS[`${group.bits} ${group.interpretation}`] ?? (() => NaN);
    this.width = group.bits / 8;
    this.bytes = bytes instanceof Uint8Array ? wholeBytes(bytes) : bytes;
    this.length = Math.min(group.samples, Math.floor(bytes.byteLength / bytesAMoment(group)));
    const pad = new DataView(padding.buffer, padding.byteOffset, padding.byteLength);
    this.padding = padding.byteLength >= this.width ? this.read(pad, 0) : undefined;
  }

  get isShort(): boolean {
    return this.length < this.group.samples;
  }

  /** Of a channel from one sample up to another (not included), in its units; NaN for padding, beside the recording, and what is not here yet. */
  values(channel: Channel, from: number, to: number): Float64Array {
    const out = new Float64Array(Math.max(to - from, 0)).fill(NaN);
    const { read, bytes, width, padding } = this;
    const step = bytesAMoment(this.group);
    const last = Math.min(to, this.length);
    for (let i = Math.max(from, 0); i < last; ) {
      const index = Math.floor(i / bytes.moments);
      const stop = Math.min(last, (index + 1) * bytes.moments);
      const view = bytes.piece(index);
      for (let at = (i - index * bytes.moments) * step + (channel.number - 1) * width; view && i < stop; i++, at += step) {
        const stored = read(view, at);
        if (stored !== padding) out[i - from] = stored * channel.scale + channel.baseline;
      }
      i = stop;
    }
    return out;
  }
}

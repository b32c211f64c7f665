/** Decodes pieces of a long recording away from the page: all that is left of a piece is the least and greatest of its stretches, and its beats. */
import { expose, transfer } from 'comlink';
import { beatsOnward, type BeatTail } from '../../../core/beat-count';
import { WaveSummary } from '../../../core/wave-summary';
import { Samples, type Channel, type MultiplexGroup } from '../../../core/waveform';

export interface Task {
  /** Of the piece: `samples` are those in it. */
  group: MultiplexGroup;
  channel: Channel;
  padding: Uint8Array;
  bytes: Uint8Array<ArrayBuffer>;
  /** Its first sample, and samples of the whole trace. */
  from: number;
  length: number;
  /** Of the pieces before it; undefined where beats are not counted. */
  tail: BeatTail | undefined;
}

export interface Found {
  pairs: Float64Array<ArrayBuffer>;
  beats: readonly number[];
  tail: BeatTail | undefined;
}

const work = {
  summary({ group, channel, padding, bytes, from, length, tail }: Task): Found {
    const made = new WaveSummary(length);
    const values = new Samples(group, bytes, padding).values(channel, 0, group.samples);
    made.add(values, from);
    const counted = tail && beatsOnward({ frequency: group.frequency, start: channel.start, length }, tail, values, from);
    const found: Found = { pairs: made.pairs, beats: counted?.beats ?? [], tail: counted?.tail };
    return transfer(found, [made.pairs.buffer, ...(counted ? [counted.tail.values.buffer] : [])]);
  },
};

export type SummaryWork = typeof work;

expose(work);

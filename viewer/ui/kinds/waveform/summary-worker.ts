/** Decodes pieces of a long recording away from the page: all that is left of a piece is the least and greatest of its stretches. */
import { expose, transfer } from 'comlink';
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
}

const work = {
  summary({ group, channel, padding, bytes, from, length }: Task): Float64Array {
    const made = new WaveSummary(length);
    made.add(new Samples(group, bytes, padding).values(channel, 0, group.samples), from);
    return transfer(made.pairs, [made.pairs.buffer]);
  },
};

export type SummaryWork = typeof work;

expose(work);

/** Reads all of a long channel for its overview and its heart rate: piece after piece, never two at once, never while the paper waits; nothing is kept of it but the summary and the beats. */
import { transfer, wrap, type Remote } from 'comlink';
import { NO_TAIL, type BeatTail } from '../../../core/beat-count';
import { WaveSummary } from '../../../core/wave-summary';
import { bytesAMoment, type Channel, type MultiplexGroup } from '../../../core/waveform';
import { bulkRange } from '../../stage/bulk-source';
import type { RangedData } from './ranged-data';
import type { SummaryWork } from './summary-worker';

/** Bytes asked for at once. */
const PIECE = 2 << 20;

/** Who pays for what is fetched presses first. */
function savesData(): boolean {
  return Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData);
}

let worker: Remote<SummaryWork> | undefined;

function summaryWorker(): Remote<SummaryWork> {
  worker ??= wrap<SummaryWork>(new Worker(new URL('./summary-worker.ts', import.meta.url), { type: 'module' }));
  return worker;
}

export class WholeReading {
  readonly summary: WaveSummary;
  /** Of what was read, as beatsOnward tells them; undefined where none are counted. */
  readonly beats: number[] | undefined;
  /** Seconds from the acquisition up to which beats are counted. */
  counted: number;
  /** False: a reader stopped it, or has to ask first. */
  isWanted = !savesData();
  /** 0 to 1 */
  done = 0;
  failed = '';
  version = 0;
  private readonly listeners = new Set<() => void>();
  private stop: AbortController | undefined;
  /** The sample that is next. */
  private next = 0;
  private tail: BeatTail | undefined;

  /** length: samples of the channel. isRhythm: its beats are counted. */
  constructor(
    private readonly data: RangedData,
    private readonly group: MultiplexGroup,
    private readonly channel: Channel,
    private readonly padding: Uint8Array,
    length: number,
    isRhythm: boolean,
  ) {
    this.summary = new WaveSummary(length);
    this.beats = isRhythm ? [] : undefined;
    this.tail = isRhythm ? NO_TAIL : undefined;
    this.counted = channel.start;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** On from where it was left. The returned function leaves it. */
  begin(): () => void {
    const stop = new AbortController();
    this.leave();
    this.stop = stop;
    this.failed = '';
    this.read(stop.signal).catch((e: unknown) => {
      if (!stop.signal.aborted) this.failed = e instanceof Error ? e.message : String(e);
    }).finally(() => {
      if (this.stop === stop) this.stop = undefined;
      this.tell();
    });
    return () => stop.abort();
  }

  /** A reader wants it (again); who shows it begins. */
  ask(): void {
    this.isWanted = true;
    this.failed = '';
    this.tell();
  }

  /** Until somebody asks again; what was read stays. */
  halt(): void {
    this.isWanted = false;
    this.leave();
    this.tell();
  }

  private leave(): void {
    this.stop?.abort();
    this.stop = undefined;
  }

  private async read(signal: AbortSignal): Promise<void> {
    const step = bytesAMoment(this.group);
    const moments = Math.max(1, Math.floor(PIECE / step));
    const { length } = this.summary;
    while (this.next < length) {
      await this.quiet(signal);
      const from = this.next;
      const to = Math.min(from + moments, length);
      const { bytes, from: begin } = await bulkRange(this.data.uri, from * step, to * step, { signal, priority: 'low' });
      const first = begin / step;
      const group = { ...this.group, data: undefined, padding: undefined, samples: Math.floor(bytes.length / step) };
      if (!group.samples) return;
      const found = await summaryWorker().summary(transfer({ group, channel: this.channel, padding: this.padding, bytes, from: first, length, tail: this.tail }, [bytes.buffer]));
      if (signal.aborted) return;
      this.summary.merge(found.pairs);
      for (const beat of found.beats) this.beats?.push(beat);
      this.tail = found.tail;
      this.counted = this.channel.start + Math.min(found.tail?.told ?? 0, length) / group.frequency;
      this.next = first + group.samples;
      this.done = this.next / length;
      this.tell();
    }
  }

  /** Until the paper waits for nothing. */
  private quiet(signal: AbortSignal): Promise<void> {
    return new Promise((go, leave) => {
      const look = () => {
        if (signal.aborted) leave(new DOMException('left', 'AbortError'));
        if (this.data.isBusy && !signal.aborted) return;
        end();
        signal.removeEventListener('abort', look);
        go();
      };
      const end = this.data.subscribe(look);
      signal.addEventListener('abort', look);
      look();
    });
  }

  private tell(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}

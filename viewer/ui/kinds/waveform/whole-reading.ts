/** Reads all of a long channel for its overview: piece after piece, never two at once, never while the paper waits; nothing is kept of it but the summary. */
import { transfer, wrap, type Remote } from 'comlink';
import { WaveSummary } from '../../../core/wave-summary';
import { bytesAMoment, type Channel, type MultiplexGroup } from '../../../core/waveform';
import { bulkRange } from '../../stage/bulk-source';
import type { RangedData } from './ranged-data';
import type { SummaryWork } from './summary-worker';

/** Bytes asked for at once. */
const PIECE = 2 << 20;

let worker: Remote<SummaryWork> | undefined;

function summaryWorker(): Remote<SummaryWork> {
  worker ??= wrap<SummaryWork>(new Worker(new URL('./summary-worker.ts', import.meta.url), { type: 'module' }));
  return worker;
}

export class WholeReading {
  readonly summary: WaveSummary;
  /** 0 to 1 */
  done = 0;
  failed = '';
  version = 0;
  private readonly listeners = new Set<() => void>();
  private stop: AbortController | undefined;
  /** The sample that is next. */
  private next = 0;

  /** length: samples of the channel. */
  constructor(
    private readonly data: RangedData,
    private readonly group: MultiplexGroup,
    private readonly channel: Channel,
    private readonly padding: Uint8Array,
    length: number,
  ) {
    this.summary = new WaveSummary(length);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get isReading(): boolean {
    return this.stop !== undefined;
  }

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

  leave(): void {
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
      const pairs = await summaryWorker().summary(transfer({ group, channel: this.channel, padding: this.padding, bytes, from: first, length }, [bytes.buffer]));
      if (signal.aborted) return;
      this.summary.merge(pairs);
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

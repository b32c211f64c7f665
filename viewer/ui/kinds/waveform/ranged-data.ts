/** The data of a long group, fetched in ranges: what is on the paper and beside it. What was looked at last stays. */
import { momentsAPiece, piecesOf, type SampleBytes } from '../../../core/sample-bytes';
import { bytesAMoment, type MultiplexGroup } from '../../../core/waveform';
import { bulkRange } from '../../stage/bulk-source';

/** Bytes of a group that are kept. */
const MOST_KEPT = 32 << 20;

export class RangedData implements SampleBytes {
  byteLength = 0;
  readonly moments: number;
  /** Why a piece did not come, until it is asked for again. */
  failed = '';
  /** Goes on with each piece that came or did not. */
  version = 0;
  private readonly step: number;
  private readonly kept = new Map<number, DataView>();
  private readonly coming = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private wanted: readonly number[] = [];

  private constructor(
    readonly uri: string,
    group: MultiplexGroup,
  ) {
    this.step = bytesAMoment(group);
    this.moments = momentsAPiece(this.step, group.frequency);
  }

  /** With its first piece. Rejects when that does not come. */
  static async open(uri: string, group: MultiplexGroup): Promise<RangedData> {
    const data = new RangedData(uri, group);
    await data.fetch(0);
    return data;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  piece(index: number): DataView | undefined {
    return this.kept.get(index);
  }

  /** The page waits for some of it. */
  get isBusy(): boolean {
    return this.coming.size > 0;
  }

  /** Whether samples from..to (not included) are here. */
  has(from: number, to: number): boolean {
    return this.piecesBetween(from, to).every((index) => this.kept.has(index));
  }

  /** These samples are on the paper: they come first, others that were on their way stop. Then those behind and before. */
  want(from: number, to: number): void {
    const shown = this.piecesBetween(from, to);
    const around = [(shown.at(-1) ?? -1) + 1, (shown[0] ?? 0) - 1].filter((i) => i >= 0 && i * this.moments * this.step < this.byteLength);
    this.wanted = [...shown, ...around];
    for (const [index, stop] of this.coming) if (!this.wanted.includes(index)) stop.abort();
    // Looked at now: the last to go.
    for (const index of shown) {
      const piece = this.kept.get(index);
      if (piece && this.kept.delete(index)) this.kept.set(index, piece);
    }
    if (!this.failed) this.ask(shown.some((index) => !this.kept.has(index)) ? shown : this.wanted);
  }

  again(): void {
    this.failed = '';
    this.tell();
    this.ask(this.wanted);
  }

  private piecesBetween(from: number, to: number): number[] {
    const end = Math.floor(this.byteLength / this.step);
    return piecesOf(Math.max(Math.floor(from), 0), Math.min(Math.ceil(to), end), this.moments);
  }

  private ask(pieces: readonly number[]): void {
    for (const index of pieces) if (!this.kept.has(index) && !this.coming.has(index)) void this.fetchOrFail(index);
  }

  private async fetchOrFail(index: number): Promise<void> {
    const stop = new AbortController();
    this.coming.set(index, stop);
    try {
      await this.fetch(index, stop.signal);
    } catch (e) {
      if (!stop.signal.aborted) this.failed = e instanceof Error ? e.message : String(e);
    }
    this.coming.delete(index);
    this.tell();
    // What lies beside the paper, once the paper is full.
    if (!this.failed && !this.coming.size) this.ask(this.wanted);
  }

  private async fetch(index: number, signal?: AbortSignal): Promise<void> {
    const [size, start] = [this.moments * this.step, index * this.moments * this.step];
    const { bytes, from, total } = await bulkRange(this.uri, start, start + size, signal ? { signal } : {});
    this.byteLength = total;
    for (let at = from; at < from + bytes.length; at += size) this.kept.set(at / size, new DataView(bytes.buffer, at - from, Math.min(size, from + bytes.length - at)));
    // The whole value came at once where somebody on the way knows no ranges: then all of it is here anyway.
    const most = Math.max(Math.floor(MOST_KEPT / size), 4);
    for (const old of bytes.length > size ? [] : [...this.kept.keys()].slice(0, Math.max(this.kept.size - most, 0))) this.kept.delete(old);
  }

  private tell(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}

/** The bytes of a waveform group as they are here: all of them, or pieces of a long one that come and go. */

/** Pieces hold whole sampling moments (one sample of each channel), `moments` of them, the last one fewer. */
export interface SampleBytes {
  /** Of the value, wherever they are. */
  readonly byteLength: number;
  readonly moments: number;
  /** From 0; undefined while it is not here. */
  piece(index: number): DataView | undefined;
}

export function wholeBytes(bytes: Uint8Array): SampleBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { byteLength: bytes.byteLength, moments: Number.MAX_SAFE_INTEGER, piece: () => view };
}

/** Values that are longer come in pieces. */
export const WHOLE_UP_TO = 8 << 20;
const LEAST_BYTES = 128 << 10;
const MOST_BYTES = 2 << 20;
/** Seconds in a piece where that is not too many bytes: more than a strip on a screen. */
const SECONDS = 16;

/** Sampling moments of a piece. step: bytes of one moment; frequency: Hz. */
export function momentsAPiece(step: number, frequency: number): number {
  const bytes = Math.min(Math.max(SECONDS * frequency * step, LEAST_BYTES), MOST_BYTES);
  return Math.max(1, Math.ceil(bytes / step));
}

/** Pieces that hold samples from..to (not included), from the first one on; empty for none. */
export function piecesOf(from: number, to: number, moments: number): number[] {
  const first = Math.floor(from / moments);
  return to > from ? Array.from({ length: Math.ceil(to / moments) - first }, (_, i) => first + i) : [];
}

/** A WAVE file of 16-bit samples (RIFF), so that a browser plays what an object holds. */

/** channels: values of each, one length. They are scaled by one factor so that `full` is the loudest there can be. */
export function waveFile(channels: readonly Float64Array[], rate: number, full: number): Uint8Array<ArrayBuffer> {
  const count = channels.length;
  const length = channels[0]?.length ?? 0;
  const bytes = new Uint8Array(44 + 2 * count * length);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string) => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  ascii(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, count, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * count * 2, true);
  view.setUint16(32, count * 2, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, bytes.length - 44, true);
  for (let i = 0, at = 44; i < length; i++) {
    for (const channel of channels) {
      const value = channel[i] as number;
      view.setInt16(at, Number.isNaN(value) ? 0 : Math.round(Math.min(Math.max(value / full, -1), 1) * 32767), true);
      at += 2;
    }
  }
  return bytes;
}

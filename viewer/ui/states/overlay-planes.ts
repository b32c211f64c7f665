/** Overlay planes as a state uses them: the bits over the image, its own planes before those of the image (PS3.3 C.9.2, C.11.7). */
import { overlayBits, overlaysOf, planeFor, type Overlay } from '../../core/overlays';
import type { PresentationState } from '../../core/states/state';
import type { Attribute } from '../../core/dicom-json';
import { connection } from '../server/connection';
import { fetchBulk } from '../stage/bulk-source';
import type { StageImage } from '../stage/stage-image';

const fetching = new WeakSet<Attribute>();

/** A byte a pixel of the image, 1 where the plane has a bit; undefined where there is none, or not yet. */
export function planeOver(group: number, state: PresentationState, image: StageImage, again: () => void): Uint8Array | undefined {
  const overlay = state.overlays.find((o) => o.group === group) ?? overlaysOf(image.ref.dataset).find((o) => o.group === group);
  if (!overlay) return undefined;
  if (!overlay.data) return image.frame.bits?.get(overlay.bit ?? 0);
  if (overlay.data.InlineBinary === undefined) {
    fetchOnce(overlay.data, again);
    return undefined;
  }
  const plane = planeFor(overlay, image.ref.frame);
  const bits = plane === undefined ? undefined : overlayBits(overlay, plane);
  return bits && laid(bits, overlay, image);
}

function laid(bits: Uint8Array, { rows, columns, origin: [row, column] }: Overlay, image: { rows: number; columns: number }): Uint8Array {
  const out = new Uint8Array(image.rows * image.columns);
  for (let y = Math.max(0, 1 - row); y < rows && y + row - 1 < image.rows; y++) {
    for (let x = Math.max(0, 1 - column); x < columns && x + column - 1 < image.columns; x++) out[(y + row - 1) * image.columns + x + column - 1] = bits[y * columns + x] as number;
  }
  return out;
}

function fetchOnce(data: Attribute, again: () => void): void {
  if (fetching.has(data)) return;
  fetching.add(data);
  void connection.patiently(() => fetchBulk(data)).then(again, again);
}

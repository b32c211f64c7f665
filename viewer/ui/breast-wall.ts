/** At which edge of a mammogram the chest wall is: as the object says, else by its pixels once they are here, else as usual for its side. */
import type { DataSet } from '../core/dicom-json';
import { isInverse } from '../core/image-description';
import type { ImageRef } from '../domain/display-sets';
import { usualWall, wallOfPixels, type Edge, type MammoView } from '../domain/mammography';
import { isWhole, painted } from './stage/frames';

const seen = new WeakMap<DataSet, Edge | 'unclear'>();

/** id: of the image; then: called when the pixels have said it. */
export function wallOf(image: ImageRef, { chestWall, side }: MammoView, id: string, then: () => void): Edge {
  if (chestWall) return chestWall;
  const known = seen.get(image.dataset);
  if (known) return known === 'unclear' ? usualWall(side) : known;
  if (isWhole(id)) {
    void painted(id).then(({ frame, whole }) => {
      if (!whole || seen.has(image.dataset)) return;
      seen.set(image.dataset, wallOfPixels(frame, isInverse(image.dataset, image.pixel)) ?? 'unclear');
      then();
    }, () => undefined);
  }
  return usualWall(side);
}

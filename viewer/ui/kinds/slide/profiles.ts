/** Colour profiles of optical paths (ICC Profile, PS3.3 C.8.12.5): fetched and read once for all pictures of a slide. */
import type { DataSet } from '../../../core/dicom-json';
import { isAsStored, readProfile, type Profile } from '../../../core/states/icc';
import type { OpticalPath } from '../../../domain/slide-levels';
import { bulkBytes } from '../../stage/bulk-source';

/** Of a path: the profile; 'same' where it changes nothing (sRGB), 'broken' where it cannot be read. */
export type Colours = Profile | 'same' | 'broken';

const known = new WeakMap<DataSet, Promise<Colours>>();
const here = new WeakMap<DataSet, Colours>();

export function hasProfile({ item: path }: OpticalPath): boolean {
  return path !== undefined && '00282000' in path;
}

/** Undefined while it is not here, and for a path without one. */
export function coloursNow({ item: path }: OpticalPath): Colours | undefined {
  return path && here.get(path);
}

/** then: called when one more is here. */
export function readColours(paths: readonly OpticalPath[], then: () => void): void {
  for (const path of paths) {
    const ds = path.item;
    if (!ds || !hasProfile(path) || here.has(ds)) continue;
    const reading = known.get(ds) ?? read(ds);
    known.set(ds, reading);
    void reading.then(then);
  }
}

/** A profile that does not come is as one that cannot be read: the colours are those that are stored, and it is said. */
async function read(path: DataSet): Promise<Colours> {
  const bytes = await bulkBytes(path['00282000']).catch(() => undefined);
  const profile = bytes && readProfile(bytes);
  const colours = !profile ? 'broken' : isAsStored(profile) ? 'same' : profile;
  here.set(path, colours);
  return colours;
}

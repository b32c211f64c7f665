/** Whether an image says how to subtract, without reading it: most images do not. */
import type { DataSet } from './dicom-json';

/** The Mask Module is there (PS3.3 C.7.6.10). */
export function recommendsMask(ds: DataSet): boolean {
  return '00286100' in ds;
}

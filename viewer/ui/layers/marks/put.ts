/** What an object brings to the images besides segments: surfaces, tracts, fiducials, the grid of a registration. */
import { items, text, type DataSet } from '../../../core/dicom-json';
import { fiducialsOf } from '../../../core/fiducials';
import { t } from '../../../core/language';
import { deformingsOf } from '../../../domain/registration';
import { gridOf } from '../../stage/deforming';
import type { ViewerModel } from '../../viewer-model';
import { layOver } from '../surfaces/lay-over';
import { readSurfaces } from '../surfaces/read';
import { FiducialLayer } from './fiducial-layer';
import { GridLayer } from './grid-layer';

/** Whether it has something to lay over images. */
export function hasMarks(ds: DataSet): boolean {
  return ['00660002', '00660101', '0070031C'].some((tag) => tag in ds) || items(ds, '00640002').some((one) => items(one, '00640005').length > 0);
}

/** Frames of reference in which it has something. */
export function framesOf(ds: DataSet): string[] {
  return [text(ds, '00200052'), ...items(ds, '0070031C').map((set) => text(set, '00200052'))].filter(Boolean);
}

/** What must be said of it. Rejects with a sentence, or when the server does not give its values. */
export async function putMarks(model: ViewerModel, ds: DataSet): Promise<readonly string[]> {
  const id = text(ds, '00080018');
  if ('0070031C' in ds) {
    const all = fiducialsOf(ds);
    model.layers.put(new FiducialLayer(id, all));
    model.update();
    return all.length ? [] : [t('The object holds no fiducial.')];
  }
  if ('00640002' in ds) {
    const first = deformingsOf(ds).find((d) => d.grid);
    if (!first?.grid) return [t('The registration has no grid.')];
    model.layers.put(new GridLayer(id, text(ds, '00200052'), await gridOf(first.grid), first.pre));
    model.update();
    return [];
  }
  const { surfaces, notices } = await readSurfaces(ds, new AbortController().signal);
  layOver(model, ds, surfaces);
  return notices;
}

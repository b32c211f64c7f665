/** From an object of radiotherapy to the others it names, and to those that name it. */
import type { ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { referencesOf } from '../../../domain/references';
import type { Companion } from '../../companions';
import { RT_DOSE, uidOf } from '../../therapy/objects';
import type { ViewerModel } from '../../viewer-model';

const MOST = 24;

export function ObjectLinks({ model, cell, object }: { model: ViewerModel; cell: number; object: DataSet }): ReactElement {
  const found = related(model, object);
  const open = ({ state, dataset }: Companion) => {
    const uid = state.series.series_instance_uid;
    model.own.change(uid, { object: uidOf(dataset) });
    model.showSeries(uid, cell);
  };
  return (
    <>
      {found.slice(0, MOST).map((one) => (
        <button key={uidOf(one.dataset)} className="btn" onClick={() => open(one)} data-testid="object-link" data-modality={one.state.series.modality}>{nameOf(one)}</button>
      ))}
    </>
  );
}

function nameOf({ state, dataset }: Companion): string {
  const name = text(dataset, '300A0002') || text(dataset, '30060002') || state.series.series_description || '';
  const kinds: Record<string, string> = { RTSTRUCT: t('Structures'), RTPLAN: t('Plan'), RTDOSE: t('Dose'), RTIMAGE: t('RT image'), RTRECORD: t('Treatment record') };
  return [kinds[state.series.modality] ?? state.series.modality, name].filter(Boolean).join(': ').slice(0, 60);
}

/** Open objects of radiotherapy that are named by it or name it; images have their own way. */
function related(model: ViewerModel, object: DataSet): Companion[] {
  const own = referencesOf(object);
  const self = uidOf(object);
  return model.order().flatMap((uid) => model.series.get(uid) ?? []).filter(({ series }) => /^RT/.test(series.modality)).flatMap((state) =>
    (state.set?.objects ?? []).filter((ds) => uidOf(ds) !== self && (own.has(uidOf(ds)) || names(ds, self))).map((dataset) => ({ state, dataset })),
  );
}

/** Structure sets name hundreds of images and nothing else: they are not searched. */
function names(ds: DataSet, uid: string): boolean {
  const isLight = text(ds, '00080060') !== 'RTSTRUCT' || text(ds, '00080016') === RT_DOSE;
  return isLight && referencesOf(ds).has(uid);
}

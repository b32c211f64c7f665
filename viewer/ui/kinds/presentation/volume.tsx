/** What a volumetric presentation state shows, to be opened, and what of it is not carried out. */
import { useMemo, useState, type MouseEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { text, type DataSet } from '../../../core/dicom-json';
import { readVolumetric, type Volumetric } from '../../../core/states/volumetric';
import { readVolumeGraphics } from '../../../core/states/volume-graphics';
import { openVolumetric } from '../../states/volumetric';
import type { ViewerModel } from '../../viewer-model';

/** ready: the tables of the object are here. */
export function VolumeOf({ model, cell, object, label, ready }: { model: ViewerModel; cell: number; object: DataSet; label: string; ready: boolean }): ReactElement | null {
  const [why, setWhy] = useState('');
  const [busy, setBusy] = useState(false);
  const read = useMemo((): Volumetric | string => {
    if (!ready) return '';
    try {
      readVolumeGraphics(object);
      return readVolumetric(object);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, [object, ready]);
  if (typeof read === 'string') return read ? <p role="alert" data-testid="presentation-broken"><b>{t('It cannot be applied.')}</b> {read}</p> : null;
  const open = (event: MouseEvent<HTMLButtonElement>) => {
    const box = event.currentTarget.closest('.kind');
    setBusy(true);
    void openVolumetric(model, cell, { label, shownBy: { uid: text(object, '00080018'), series: text(object, '0020000E') } }, read, () => [box?.clientWidth ?? 0, box?.clientHeight ?? 0]).then(setWhy).finally(() => setBusy(false));
  };
  return (
    <div className="volumetric" data-testid="volumetric">
      <button className="btn primary" onClick={open} disabled={busy} data-testid="volumetric-open">{read.plane ? t('Show the planes it describes') : t('Show the volume as it describes')}</button>
      {why && <p role="alert" data-testid="volumetric-why">{why}</p>}
      {read.lacks.map((words) => <p className="t2" key={words} data-testid="volumetric-lack">{words}</p>)}
    </div>
  );
}

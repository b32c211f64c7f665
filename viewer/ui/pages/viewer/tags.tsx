/** Every tag of the object that is shown, or of one object of a series that cannot be. */
import { IconSearch } from '@tabler/icons-react';
import { useMemo, useState, useSyncExternalStore, type ReactElement } from 'react';
import type { DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { rowsOf } from '../../../domain/tag-rows';
import { Icon } from '../../parts/icon';
import type { Stage } from '../../stage/stage';
import type { SeriesState, ViewerModel } from '../../viewer-model';

export default function Tags({ stage, state, model }: { stage: Stage; state: SeriesState; model: ViewerModel }): ReactElement {
  const snap = useSyncExternalStore(stage.subscribe, stage.snapshot);
  const [query, setQuery] = useState('');
  const left = snap.displaySet?.left ?? [];
  const chosen = left.find((object) => object.dataset === model.tagged)?.dataset;
  const dataset: DataSet | undefined = chosen ?? snap.ref?.dataset ?? snap.displaySet?.images[snap.index]?.dataset ?? state.set?.sample;
  const rows = useMemo(() => (dataset ? rowsOf(dataset) : []), [dataset]);
  const wanted = query.trim().toLowerCase();
  const shown = wanted ? rows.filter((r) => `${r.tag} ${r.name} ${r.value}`.toLowerCase().includes(wanted)) : rows;
  return (
    <>
      <div className="pad">
        <label className="field">
          <Icon of={IconSearch} size="m" />
          <input placeholder={t('Name, number or value')} value={query} onChange={(e) => setQuery(e.target.value)} aria-label={t('Find a tag')} data-testid="tag-search" />
        </label>
        {left.length > 0 && (
          <select className="field" aria-label={t('Which object')} value={left.findIndex((object) => object.dataset === chosen)} onChange={(e) => model.update({ tagged: left[Number(e.target.value)]?.dataset })} data-testid="tag-object">
            <option value={-1}>{t('The image that is shown')}</option>
            {left.map((object, i) => <option key={object.sopInstanceUid} value={i}>{t('Object {number}', { number: object.number || '–' })}: {object.reason}</option>)}
          </select>
        )}
      </div>
      <div className="scrolls tagrows" tabIndex={0} data-testid="tags">
        {!dataset && <p className="pad t3 sm">{t('No object of this series is on the server.')}</p>}
        {shown.map((r, i) => (
          <div key={i} className="tagrow" style={{ paddingLeft: 12 + r.depth * 12 }}>
            <span className="mono t3">{r.tag}</span> <span className="t2">{r.name}</span>
            <span className="v1">{r.value}</span>
          </div>
        ))}
      </div>
    </>
  );
}

/** Which object: of any series of the open studies, those that the rail leaves out among them. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { hideClass, isClassHidden, mayBeHidden } from '../../hidden-classes';
import { usePreferences } from '../../preferences';
import type { ViewerModel } from '../../viewer-model';

export interface Choice {
  series: string;
  /** Undefined while its series is not read yet. */
  dataset: DataSet | undefined;
}

/** Longer lists choke the browser's own menu. */
const MOST_LISTED = 2000;

interface Props {
  model: ViewerModel;
  /** What hangs where this is opened. */
  series: string;
  name: string;
  /** The words of the first entry: whatever is shown. */
  first: string;
  value: Choice | undefined;
  onChoice: (choice: Choice | undefined) => void;
}

export function ObjectChoice({ model, series, name, first, value, onChoice }: Props): ReactElement {
  useSyncExternalStore(model.subscribe, model.snapshot);
  usePreferences();
  const of = value?.series ?? series;
  const set = model.series.get(of)?.set;
  const left = new Map((set?.left ?? []).map((object) => [object.sopInstanceUid, object]));
  const objects = [...(set?.objects ?? [])].sort((a, b) => Number(left.has(text(b, '00080018'))) - Number(left.has(text(a, '00080018')))).slice(0, MOST_LISTED);
  const take = (uid: string) => {
    if (uid === series) return onChoice(undefined);
    onChoice({ series: uid, dataset: model.series.get(uid)?.set?.objects[0] });
    void model.fetchSet(uid).then((found) => onChoice({ series: uid, dataset: found?.objects[0] }));
  };
  const classes = (model.series.get(of)?.series.sop_class_uids ?? []).filter(mayBeHidden);
  const hidden = classes.length > 0 && classes.every(isClassHidden);
  return (
    <>
      <div className="tagchoice">
        <select className="field" aria-label={t('Which series')} value={of} onChange={(e) => take(e.target.value)} data-testid={`${name}-series`}>
          {[...model.series.values()].filter((state) => !state.set?.source && !/[#]/.test(state.set?.seriesInstanceUid ?? '')).map(({ series: one }) => (
            <option key={one.series_instance_uid} value={one.series_instance_uid}>{[one.series_number, one.modality, one.series_description].filter((part) => part !== null && part !== '').join(' ')}</option>
          ))}
        </select>
        <select
          className="field"
          aria-label={t('Which object')}
          value={objects.findIndex((ds) => ds === value?.dataset)}
          onChange={(e) => onChoice(Number(e.target.value) < 0 ? undefined : { series: of, dataset: objects[Number(e.target.value)] })}
          data-testid={`${name}-object`}
        >
          {of === series && <option value={-1}>{first}</option>}
          {objects.map((ds, i) => (
            <option key={i} value={i}>{[t('Object {number}', { number: text(ds, '00200013') || '–' }), left.get(text(ds, '00080018'))?.reason].filter(Boolean).join(': ')}</option>
          ))}
        </select>
      </div>
      {name === 'tag' && classes.length > 0 && (
        <label className="row gap4 t2 sm tagshide">
          <input type="checkbox" checked={hidden} onChange={(e) => classes.forEach((uid) => hideClass(uid, e.target.checked))} data-testid="hide-class" />
          {t('Leave objects of this class out of the list of series')}
        </label>
      )}
    </>
  );
}

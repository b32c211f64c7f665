/** The image boxes of a structured display, to be laid out. */
import { useMemo, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import type { DataSet } from '../../../core/dicom-json';
import { readStructuredDisplay, type StructuredDisplay } from '../../../core/states/structured-display';
import { layOutDisplay } from '../../states/display';
import type { ViewerModel } from '../../viewer-model';

export function BoxesOf({ model, object }: { model: ViewerModel; object: DataSet }): ReactElement {
  const [why, setWhy] = useState('');
  const [busy, setBusy] = useState(false);
  const read = useMemo((): StructuredDisplay | string => {
    try {
      return readStructuredDisplay(object);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, [object]);
  if (typeof read === 'string') return <p role="alert" data-testid="presentation-broken"><b>{t('It cannot be applied.')}</b> {read}</p>;
  const open = () => {
    setBusy(true);
    void layOutDisplay(model, read).then((words) => {
      setWhy(words);
      // What lay it out may be gone from the screen by then.
      if (words) model.tell(words);
    }).finally(() => setBusy(false));
  };
  const boxes = read.cells.filter(Boolean).length;
  return (
    <div className="volumetric" data-testid="display">
      <p className="t2">{t('{count} {count|image box|image boxes}, {columns} across and {rows} down', { count: boxes, columns: read.columns, rows: read.rows })}</p>
      <button className="btn primary" onClick={open} disabled={busy} data-testid="display-open">{t('Lay out its image boxes')}</button>
      {why && <p role="alert" data-testid="display-why">{why}</p>}
      {read.texts.map((words, i) => <p key={i} className="displaytext" data-testid="display-text"><bdi>{words}</bdi></p>)}
      {read.lacks.map((words) => <p className="t2" key={words} data-testid="display-lack">{words}</p>)}
    </div>
  );
}

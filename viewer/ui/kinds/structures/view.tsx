/** A structure set by itself: what it is, its structures with their volumes, and the images it was drawn on. */
import type { ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { setFacts } from '../../../domain/plan-tables';
import { useOwnState } from '../../own-states';
import { seriesIn, showImages } from '../../therapy/go-to';
import { joinsOf } from '../../therapy/joins';
import { changeLook, lookOf } from '../../therapy/objects';
import '../../therapy/style.css';
import { StructureList } from '../../therapy/structure-list';
import { structuresIn } from '../../therapy/therapy';
import type { KindProps } from '../kind-view';
import { Facts } from '../plan/blocks';
import { ObjectLinks } from '../plan/links';
import { Space } from './space';

export default function StructuresView({ model, cell, set, object }: KindProps): ReactElement {
  useOwnState(model.own, set.seriesInstanceUid);
  const state = model.series.get(set.seriesInstanceUid);
  const references = [...new Set(structuresIn(object).map((s) => s.frameOfReference))];
  const reference = references.find((r) => seriesIn(model, r));
  if (!state) return <></>;
  const companion = { state, dataset: object };
  const nowhere = joinsOf(model).words(references, true);
  const show = () => {
    changeLook(model, companion, { on: true });
    showImages(model, reference ?? '', cell);
  };
  return (
    <div className="rtdoc rtwide" tabIndex={0} data-testid="structures-view">
      <h2>{text(object, '30060002') || text(object, '30060004') || t('Structure set')}</h2>
      <Facts facts={setFacts(object)} />
      <div className="links row">
        <button className="btn primary" disabled={!reference} onClick={show} data-testid="structures-show">{t('Show on the images')}</button>
        <ObjectLinks model={model} cell={cell} object={object} />
      </div>
      {nowhere && <p className="rtsay" role="status" data-testid="structures-nowhere">{nowhere}</p>}
      <div className="rtpair">
        <div>
          <h3>{t('Structures')}</h3>
          <StructureList model={model} set={companion} cell={cell} />
        </div>
        <Space model={model} cell={cell} structures={structuresIn(object)} look={lookOf(model, companion)} />
      </div>
    </div>
  );
}

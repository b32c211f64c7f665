/** What of a series cannot be drawn, each with its reason: nothing vanishes. */
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { failureOf } from '../../stage/frames';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

/** More are counted only: a series of a thousand broken images would bury the panel. */
const MOST = 20;

export function BrokenSection({ stage, snap, model }: { stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  const images = stage.fetched().failed.flatMap(([from, to]) => Array.from({ length: Math.min(to - from + 1, MOST) }, (_, i) => from + i));
  const left = snap.displaySet?.left ?? [];
  if (!images.length && !left.length) return null;
  return (
    <div className="sec" data-testid="broken">
      <div className="hd">{t('Cannot be drawn')}</div>
      {images.slice(0, MOST).map((index) => (
        <button key={index} className="brokenrow" onClick={() => void stage.goTo(index)} data-testid="broken-image">
          <b>{t('Image {number}', { number: index + 1 })}</b>
          <span className="t2">{failureOf(stage.idAt(index))?.message}</span>
        </button>
      ))}
      {images.length > MOST && <p className="t3 sm pad">{t('and more')}</p>}
      {left.map((object) => (
        <button key={object.sopInstanceUid} className="brokenrow" onClick={() => model.update({ tab: 'tags', tagged: object.dataset })} data-testid="broken-object">
          <b>{t('Object {number}', { number: object.number || '–' })}</b>
          <span className="t2">{object.reason} {t('The tags can be read.')}</span>
        </button>
      ))}
    </div>
  );
}

/** Who chose this image and why, and what was rejected; in the panel. */
import type { ReactElement } from 'react';
import { isoDate } from '../../../core/dates';
import { t } from '../../../core/language';
import type { KeyObject } from '../../../domain/key-objects';
import { KEY_PART, keyPartOf, seriesOfRun } from '../../../domain/runs';
import { Switch } from '../../parts/fields';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

export function KeysSection({ snap, model }: { snap: Snapshot; model: ViewerModel }): ReactElement | null {
  const { ref, displaySet } = snap;
  if (!ref || !displaySet) return null;
  const about = [...model.keys.starsOf(ref), ...model.keys.qualityOf(ref), ...model.keys.rejectionsOf(ref)];
  const uid = model.hanging.cells[model.active] ?? '';
  const hidden = displaySet.hidden ?? [];
  const offered = model.series.has(keyPartOf(seriesOfRun(uid)));
  if (!about.length && !offered && !hidden.length && !model.keys.showsRejected) return null;
  return (
    <div className="sec" data-testid="keys">
      <div className="hd">{t('Key images')} <span className="c">{offered ? t('{count} in this series', { count: model.series.get(keyPartOf(seriesOfRun(uid)))?.set?.images.length ?? 0 }) : ''}</span></div>
      {about.map((object) => <Chosen key={object.uid} object={object} />)}
      {offered && <div className="li plain"><Switch on={uid.endsWith(KEY_PART)} onChange={() => model.run('keys.only')} testid="keys-only"><span className="clip">{t('Key images only')}</span></Switch></div>}
      {hidden.length > 0 && <div className="pad t2 sm" data-testid="keys-hidden">{t('{count} rejected {count|image is|images are} hidden: {reasons}.', { count: hidden.length, reasons: [...new Set(hidden.flatMap((i) => model.keys.rejectionsOf(i).map((o) => o.title)))].join(', ') })}</div>}
      {(hidden.length > 0 || model.keys.showsRejected) && <div className="li plain"><Switch on={model.keys.showsRejected} onChange={() => model.run('keys.rejected')} testid="keys-rejected"><span className="clip">{t('Show rejected images')}</span></Switch></div>}
    </div>
  );
}

function Chosen({ object }: { object: KeyObject }): ReactElement {
  return (
    <div className="pad" data-testid="key-object">
      <b>{[object.kind === 'key' ? '\u2605' : '', object.title].filter(Boolean).join(' ')}</b>
      {object.modifiers.length > 0 && <div className="t2 sm">{object.modifiers.join(', ')}</div>}
      {object.description && <div className="t2 sm">{object.description}</div>}
      <div className="t3 xs">{[object.author.replace(/\^+/g, ' ').trim(), isoDate(object.date)].filter(Boolean).join(', ')}</div>
    </div>
  );
}

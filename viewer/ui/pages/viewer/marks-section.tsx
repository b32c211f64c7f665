/** Panel: reports whose marks lie over this image, each shown or hidden. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import type { ImageRef } from '../../../domain/display-sets';
import { frameOfReference } from '../../../domain/linking';
import { isCad, marksOf } from '../../../domain/report-marks';
import { meaningOf, codeOf } from '../../../domain/report';
import { layOver, markedReports, shownMarks, showMarks } from '../../layers/report-marks';
import type { ViewerModel } from '../../viewer-model';

export default function MarksSection({ model, image }: { model: ViewerModel; image: ImageRef }): ReactElement | null {
  useSyncExternalStore(model.own.subscribe, () => model.own.of('report-marks'));
  const stack = new Set(model.stage()?.snapshot().displaySet?.images.map((i) => i.sopInstanceUid));
  const reference = frameOfReference(image);
  const about = markedReports(model).map((ds) => ({ ds, count: marksOf(ds).filter((m) => (m.frameOfReference ? m.frameOfReference === reference : m.images.some((i) => stack.has(i.uid)))).length })).filter(({ count }) => count > 0);
  if (!about.length) return null;
  const shown = shownMarks(model);
  if (shown.length && !model.layers.get('report-marks')) queueMicrotask(() => layOver(model));
  return (
    <section>
      <div className="hd">{t('Marks of reports')}<span className="c"><kbd>D</kbd></span></div>
      {about.map(({ ds, count }) => {
        const uid = text(ds, '00080018');
        const on = shown.includes(uid);
        return (
          <button key={uid} className={`it ${on ? 'on' : ''}`} role="switch" aria-checked={on} onClick={() => showMarks(model, uid, !on)} data-testid="marks-of-report" data-uid={uid}>
            <span className="grow">{meaningOf(codeOf(ds, '0040A043')) || t('Report')}{isCad(ds) && ` · ${t('computed')}`}</span><span className="num t2">{count}</span>
          </button>
        );
      })}
    </section>
  );
}

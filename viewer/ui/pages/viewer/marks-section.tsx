/** Panel: reports whose marks lie over this image, each shown or hidden. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import type { ImageRef } from '../../../domain/display-sets';
import { frameOfReference } from '../../../domain/linking';
import { isCad, marksOf, type Mark } from '../../../domain/report-marks';
import { codeOf, meaningOf, parentPosition } from '../../../domain/report';
import { Switch } from '../../parts/fields';
import { layOver, markedReports, shownMarks, showMarks } from '../../layers/report-marks';
import type { ViewerModel } from '../../viewer-model';

export default function MarksSection({ model, image }: { model: ViewerModel; image: ImageRef }): ReactElement | null {
  useSyncExternalStore(model.own.subscribe, () => model.own.of('report-marks'));
  const stack = new Set(model.stage()?.snapshot().displaySet?.images.map((i) => i.sopInstanceUid));
  const reference = frameOfReference(image);
  const isHere = (mark: Mark) => (mark.frameOfReference ? mark.frameOfReference === reference : mark.images.some((i) => stack.has(i.uid)));
  // A finding may be marked by its outline and its middle: it counts once.
  const findings = (ds: DataSet) => new Set(marksOf(ds).filter(isHere).map((mark) => parentPosition(mark.position))).size;
  const about = markedReports(model).map((ds) => ({ ds, count: findings(ds) })).filter(({ count }) => count > 0);
  if (!about.length) return null;
  const shown = shownMarks(model);
  if (shown.length && !model.layers.get('report-marks')) queueMicrotask(() => layOver(model));
  return (
    <div className="sec" data-testid="marks">
      <div className="hd">{t('Marks of reports')}</div>
      {about.map(({ ds, count }) => {
        const uid = text(ds, '00080018');
        const on = shown.includes(uid);
        const name = [text(ds, '00200011'), meaningOf(codeOf(ds, '0040A043')) || t('Report'), isCad(ds) && `· ${t('computed')}`].filter(Boolean).join('  ');
        return (
          <div key={uid} className="li plain" data-testid="marks-of-report" data-uid={uid}>
            <Switch on={on} onChange={() => showMarks(model, uid, !on)} testid="marks-shown"><span className="clip">{name}</span></Switch>
            <span className="num t2" data-testid="marks-count">{count}</span>
          </div>
        );
      })}
    </div>
  );
}

/** Measurements that an image of an eye brings with it: analyses of OCT volumes and corneal maps, as tables beside the image. */
import { IconCopy } from '@tabler/icons-react';
import { useMemo, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { measuredText, readMeasured } from '../../../domain/measured';
import { headOf } from '../../../domain/report-words';
import { Inside } from '../../kinds/measurements/inside';
import { IconButton } from '../../parts/icon-button';
import type { ViewerModel } from '../../viewer-model';
import '../../kinds/report/style.css';
import '../../kinds/measurements/style.css';

export default function MeasuredSection({ dataset, model }: { dataset: DataSet; model: ViewerModel }): ReactElement | null {
  const measured = useMemo(() => readMeasured(dataset), [dataset]);
  const title = text(dataset, '0008103E') || t('Measurements');
  const copy = () => void navigator.clipboard.writeText(measuredText(title, headOf(dataset), measured)).then(() => model.tell(t('The report was copied.')), () => model.tell(t('The browser does not let us copy.')));
  return (
    <div className="sec" data-testid="measured">
      <div className="hd">{t('Measurements')} <span className="grow" /><IconButton label={t('Copy as text')} icon={IconCopy} testid="measured-copy" onClick={copy} /></div>
      <div className="pad measured">
        {measured.notes.map((note) => <p key={note} className="t2" role="note" data-testid="measured-note">{note}</p>)}
        <Inside part={measured.whole} level={3} />
      </div>
    </div>
  );
}

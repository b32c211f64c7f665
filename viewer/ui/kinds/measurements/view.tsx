/** Lensometry, refraction, acuity, axial lengths, visual fields and the like: tables by eye, the field drawn. */
import { IconCopy, IconPrinter } from '@tabler/icons-react';
import { useMemo, useRef, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import { fieldOf, measuredText, readMeasured } from '../../../domain/measured';
import { headingOf, headOf } from '../../../domain/report-words';
import { IconButton } from '../../parts/icon-button';
import type { KindProps } from '../kind-view';
import { usePrintout } from '../report/printout';
import '../report/style.css';
import './style.css';
import { FieldMap } from './field-map';
import { Inside } from './inside';

export default function MeasurementsView({ model, cell, object }: KindProps): ReactElement {
  const measured = useMemo(() => readMeasured(object), [object]);
  const field = useMemo(() => fieldOf(object), [object]);
  const paper = useRef<HTMLElement>(null);
  const title = text(object, '0008103E') || text(object, '00081030') || t('Measurements');
  const head = headOf(object);
  usePrintout(paper, { isMeant: () => model.active === cell, heading: headingOf(object, title) });
  return (
    <>
      <div className="rbar">
        <span className="grow" />
        <IconButton label={t('Copy as text')} icon={IconCopy} testid="measurements-copy"
          onClick={() => void navigator.clipboard.writeText(measuredText(title, head, measured)).then(() => model.tell(t('The report was copied.')), () => model.tell(t('The browser does not let us copy.')))} />
        <IconButton label={t('Print')} icon={IconPrinter} testid="measurements-print" onClick={() => { model.update({ active: cell }); window.print(); }} />
      </div>
      <div className="scrolls rscroll" tabIndex={0} role="document" aria-label={t('Measurements')}>
        <article className="rpaper" ref={paper} data-testid="measurements">
          <h1><bdi>{title}</bdi></h1>
          <dl className="rhead">{head.map(([name, words], i) => <div key={i}><dt>{name}</dt><dd><bdi>{words}</bdi></dd></div>)}</dl>
          {measured.notes.map((note) => <p key={note} className="rnote" role="note" data-testid="measurements-note">{note}</p>)}
          {field && <FieldMap field={field} />}
          <Inside part={measured.whole} level={2} />
        </article>
      </div>
    </>
  );
}

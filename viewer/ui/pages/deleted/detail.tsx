/** One deletion beside the table: what it holds, who deleted it and why, and what can be done. */
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { isoDate } from '../../../core/dates';
import { clockOrDay } from '../../../core/instants';
import { number, t } from '../../../core/language';
import { goesWords, heldWords, patientOf, sizeWords, type Deletion } from '../../../domain/deletions';
import { logAddress, NO_FILTER } from '../../../domain/log';
import { Icon } from '../../parts/icon';
import { Link } from '../../parts/link';

interface Props {
  deletion: Deletion;
  onRestore: (deletion: Deletion) => void;
  onPurge: (deletion: Deletion) => void;
}

export function DeletionDetail({ deletion, onRestore, onPurge }: Props): ReactElement {
  const now = new Date();
  const uid = deletion.sop_instance_uid || deletion.series_instance_uid || deletion.study_instance_uid;
  return (
    <aside className="panel listpanel" aria-label={t('Deletion')} data-testid="deletion-detail">
      <div className="sec pad">
        <h2 className="wraps">{patientOf(deletion)}</h2>
        <div className="t2 sm wraps">{[heldWords(deletion), deletion.description].filter(Boolean).join(' · ')}</div>
        <div className="row acts2">
          <button className="btn primary grow" disabled={deletion.purging} onClick={() => onRestore(deletion)} data-testid="restore"><Icon of={IconArrowBackUp} size="m" />{t('Restore')} <kbd>R</kbd></button>
        </div>
      </div>
      <div className="scrolls">
        <div className="sec">
          <div className="hd">{t('Deletion')}</div>
          <Line name={t('By')}>{deletion.deleted_by}</Line>
          <Line name={t('At')}>{clockOrDay(deletion.deleted_at, now)}</Line>
          <Line name={t('Why')}>{deletion.reason || t('nothing was said')}</Line>
          <Line name={t('Goes for good')}>{goesWords(deletion, now)}</Line>
          <Line name={t('Log')}><Link to={logAddress({ ...NO_FILTER, text: uid })} testid="deletion-log">{t('all that happened to it')}</Link></Line>
        </div>
        <div className="sec">
          <div className="hd">{t('What it holds')}</div>
          {deletion.patient_id && <Line name={t('Patient ID')}>{deletion.patient_id}</Line>}
          {deletion.study_date && <Line name={t('Study date')}>{isoDate(deletion.study_date)}</Line>}
          {deletion.modalities.length > 0 && <Line name={t('Kind')}>{deletion.modalities.join(', ')}</Line>}
          <Line name={t('Series')}>{number(deletion.number_of_series)}</Line>
          <Line name={t('Images')}>{number(deletion.number_of_instances)}</Line>
          <Line name={t('On the disk')}>{sizeWords(deletion.bytes)}</Line>
          <Line name="UID"><span className="mono">{uid}</span></Line>
        </div>
        <div className="pad">
          <button className="btn plain" disabled={deletion.purging} onClick={() => onPurge(deletion)} data-testid="purge"><Icon of={IconTrash} size="m" />{t('Delete for ever…')} <kbd>Del</kbd></button>
        </div>
      </div>
    </aside>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return <div className="li plainline"><span className="t2">{name}</span><span className="val">{children}</span></div>;
}

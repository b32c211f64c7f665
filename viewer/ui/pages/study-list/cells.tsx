/** What stands in each column of a row. Texts come from DICOM: they are text here, whatever they look like. */
import { IconDownload } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { isoDate, isoDateTime } from '../../../core/dates';
import { clockOrDay } from '../../../core/instants';
import { number, t } from '../../../core/language';
import { nameParts } from '../../../core/person-name';
import type { Column } from '../../../domain/columns';
import { kindOf, sexAndAge, type Study } from '../../../domain/study';
import { Icon } from '../../parts/icon';
import { Name } from '../../parts/person-name';

export function Cell({ column, study }: { column: Column; study: Study }): ReactElement {
  switch (column.id) {
    case 'patient': {
      const name = nameParts(study.patient_name);
      return (
        <Place title={[name.main, name.other].join(' ').trim()}>
          <Name of={study.patient_name} strong="b" quiet="t2" />
        </Place>
      );
    }
    case 'id':
      return <Place of="t2" title={study.patient_id}>{study.patient_id || '–'}</Place>;
    case 'who':
      return <Place of="t2">{sexAndAge(study)}</Place>;
    case 'birth':
      return <Place of="t2">{isoDate(study.patient_birth_date) || '–'}</Place>;
    case 'kind': {
      const kind = kindOf(study.modalities);
      return <Place>{kind.label && <span className={`mod ${kind.first}`} title={study.modalities.join(', ')}>{kind.label}</span>}</Place>;
    }
    case 'description':
      return <Place title={study.study_description}>{study.study_description}</Place>;
    case 'body':
      return <Place of="t2" title={study.body_parts.join(', ')}>{study.body_parts.join(', ')}</Place>;
    case 'date':
      return <Place of="t2">{isoDateTime(study.study_date, study.study_time) || '–'}</Place>;
    case 'accession':
      return <Place of="t2" title={study.accession_number}>{study.accession_number}</Place>;
    case 'referrer': {
      const name = nameParts(study.referring_physician_name);
      return <Place of="t2" title={[name.main, name.other].join(' ').trim()}><bdi>{name.main}</bdi></Place>;
    }
    case 'images':
      return <Place of="r t2" testid="image-count">{number(study.number_of_instances)}</Place>;
    case 'source':
      return <Place of="t2" title={study.source_ae_title}>{study.source_ae_title}</Place>;
    default:
      return <State study={study} />;
  }
}

function Place({ of: cls = '', title, testid, children }: { of?: string; title?: string; testid?: string; children?: ReactNode }): ReactElement {
  return <span role="gridcell" className={cls} title={title || undefined} data-testid={testid}>{children}</span>;
}

/** Still receiving is said where the study is; otherwise when it came. */
function State({ study }: { study: Study }): ReactElement {
  if (study.receiving) {
    return (
      <span role="gridcell" className="row c-recv gap4" title={t('Still receiving')} data-testid="still-receiving">
        <Icon of={IconDownload} size="s" />
        {t('receiving')}
      </span>
    );
  }
  return <Place of="t3" title={study.source_ae_title ? t('from {source}', { source: study.source_ae_title }) : ''}>{clockOrDay(study.received_at, new Date())}</Place>;
}

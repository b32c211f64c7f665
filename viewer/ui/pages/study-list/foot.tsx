import { IconCloudOff, IconDownload, IconHourglass } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { nameParts } from '../../../core/person-name';
import { countWords } from '../../../domain/study';
import { stateLine, titleOf, type Job } from '../../../domain/jobs';
import { Icon } from '../../parts/icon';
import { Link } from '../../parts/link';
import type { StudyList } from './use-studies';

export function Foot({ list, working, chosen }: { list: StudyList; working: readonly Job[]; chosen: number }): ReactElement {
  const first = list.receiving[0];
  return (
    <footer className="foot">
      <span data-testid="total">{countText(list)}</span>
      {chosen > 0 && <span data-testid="chosen-count">{t('{n} chosen', { n: chosen })}</span>}
      {first && (
        <span className="c-recv row gap4" role="status">
          <Icon of={IconDownload} size="s" />
          {[t('{name}: {n} {n|image|images} so far', { name: nameParts(first.patient_name).main, n: first.number_of_instances }), others(list.receiving.length)].filter(Boolean).join(', ')}
        </span>
      )}
      <Working jobs={working} />
      <span className="grow" />
      {(list.failure || !list.connected) && (
        <span className="c-failed row gap4" role="alert">
          <Icon of={IconCloudOff} size="s" />
          {list.failure ? t('Not connected') : t('Live changes are not connected')}
        </span>
      )}
      <span className="keyhints">
        <kbd>↑</kbd>
        <kbd>↓</kbd> {t('move')} <kbd>Space</kbd> {t('look')} <kbd>Enter</kbd> {t('open')} <kbd>X</kbd> {t('choose')} <kbd>C</kbd> {t('compare')}
      </span>
    </footer>
  );
}

/** The jobs that are being done, the furthest first; the link leads to all. */
function Working({ jobs }: { jobs: readonly Job[] }): ReactElement | null {
  const job = jobs.find((j) => j.state === 'running') ?? jobs[0];
  if (!job) return null;
  return (
    <Link to="/jobs?show=working" className="row gap4 jobsum" testid="working">
      <Icon of={IconHourglass} size="s" />
      <span className="clip">{[`${titleOf(job)}: ${stateLine(job, new Date())}`, others(jobs.length)].filter(Boolean).join(', ')}</span>
    </Link>
  );
}

/** Beside the one that is told. */
function others(all: number): string {
  return all > 1 ? t('and {n} more', { n: all - 1 }) : '';
}

function countText(list: StudyList): string {
  if (!list.done && !list.studies.length) return '';
  const n = list.total ?? list.studies.length;
  return t('{count} {n|study|studies}', { count: countWords({ total: n, total_is_all: list.totalIsAll }), n });
}

import { IconCloudOff, IconDownload, IconHourglass } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { nameParts } from '../../../core/person-name';
import { thousands } from '../../../core/numbers';
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
      {chosen > 0 && <span data-testid="chosen-count">{thousands(chosen)} chosen</span>}
      {first && (
        <span className="c-recv row gap4" role="status">
          <Icon of={IconDownload} size="s" />
          {nameParts(first.patient_name).main}: {thousands(first.number_of_instances)} images so far
          {list.receiving.length > 1 && `, and ${list.receiving.length - 1} more`}
        </span>
      )}
      <Working jobs={working} />
      <span className="grow" />
      {(list.failure || !list.connected) && (
        <span className="c-failed row gap4" role="alert">
          <Icon of={IconCloudOff} size="s" />
          {list.failure ? 'Not connected' : 'Live changes are not connected'}
        </span>
      )}
      <span className="keyhints">
        <kbd>↑</kbd>
        <kbd>↓</kbd> move <kbd>Space</kbd> look <kbd>Enter</kbd> open <kbd>X</kbd> choose <kbd>C</kbd> compare
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
      <span className="clip">{titleOf(job)}: {stateLine(job, new Date())}{jobs.length > 1 && `, and ${jobs.length - 1} more`}</span>
    </Link>
  );
}

function countText(list: StudyList): string {
  if (!list.done && !list.studies.length) return '';
  const n = list.total ?? list.studies.length;
  return `${countWords({ total: n, total_is_all: list.totalIsAll })} ${n === 1 ? 'study' : 'studies'}`;
}

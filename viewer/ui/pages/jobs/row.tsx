/** One job in its line: what it is, how far it is, what can be done about it. */
import { IconArrowForwardUp, IconDownload, IconFileCheck, IconPhoto, IconSend, IconShieldCheck, IconStack2, IconX } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { t } from '../../../core/language';
import { canRestart, filled, isOver, restartWords, stateLine, subjectOf, titleOf, type Job } from '../../../domain/jobs';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';

interface Props {
  job: Job;
  now: Date;
  pace: number;
  on: boolean;
  open: boolean;
  /** Whether the reader may cancel and restart. */
  acts: boolean;
  onToggle: (job: Job) => void;
  onCancel: (job: Job) => void;
  onRestart: (job: Job) => void;
  children?: ReactNode;
}

const ICONS: Record<string, typeof IconSend> = {
  send: IconSend, forward: IconArrowForwardUp, fetch: IconDownload, commit: IconShieldCheck, verify: IconFileCheck, prepare: IconPhoto,
};

export function rowId(job: Job): string {
  return `job-${job.id}`;
}

export function JobRow({ job, now, pace, on, open, acts, onToggle, onCancel, onRestart, children }: Props): ReactElement {
  const done = filled(job);
  const subject = subjectOf(job);
  return (
    <div
      id={rowId(job)}
      role="row"
      className={`job ${job.state} ${open ? 'open' : ''} ${on ? 'cur' : ''}`}
      aria-selected={on}
      aria-expanded={open}
      data-testid="job"
      data-job-id={job.id}
      data-state={job.state}
      onClick={(e) => {
        // Text that was marked to be copied is not a click.
        if (!(e.target as HTMLElement).closest('button, a, summary, .why') && !getSelection()?.toString()) onToggle(job);
      }}
    >
      <span role="gridcell" className={colourOf(job)}><Icon of={(Object.hasOwn(ICONS, job.kind) && ICONS[job.kind]) || IconStack2} /></span>
      <span role="gridcell" className="what">
        <span className="b" data-testid="job-title">{titleOf(job)}</span>
        {subject && <span className="sm t2 block clip" title={subject} data-testid="job-subject">{subject}</span>}
      </span>
      <span role="gridcell" className="col gap4">
        {done !== null && (
          <span className={`bar ${barOf(job)}`} role="progressbar" aria-label={titleOf(job)} aria-valuemin={0} aria-valuemax={job.total} aria-valuenow={job.total - job.items.waiting}>
            <i style={{ width: `${done * 100}%` }} />
          </span>
        )}
        <span className={`xs ${job.state === 'failed' ? 'c-failed' : 't2'}`} data-testid="job-state">{stateLine(job, now, pace)}</span>
      </span>
      <span role="gridcell" className="row acts">
        {acts && canRestart(job) && (
          <button className="btn" onClick={() => onRestart(job)} data-testid="restart">{restartWords(job)}</button>
        )}
        {acts && !isOver(job) && !job.cancelling && <IconButton label={t('Stop')} hint="Del" icon={IconX} onClick={() => onCancel(job)} testid="cancel" />}
      </span>
      {children}
    </div>
  );
}

function colourOf(job: Job): string {
  if (job.state === 'failed') return 'c-failed';
  if (isOver(job)) return 't3';
  return job.kind === 'fetch' ? 'c-recv' : 't2';
}

function barOf(job: Job): string {
  if (job.state === 'failed') return 'bad';
  if (job.state === 'cancelled') return 'done';
  return job.kind === 'fetch' ? 'recv' : '';
}

/** What became of a job: why, what was kept, every image that failed with the words that were said of it. */
import { useState, type ReactElement } from 'react';
import { clockOrDay } from '../../../core/instants';
import { t } from '../../../core/language';
import { grouped, isOver, itemsOf, keptSentence, PRIORITIES, succeeded, type FailureGroup, type Job, type JobDetail, type Priority } from '../../../domain/jobs';

interface Props {
  job: Job;
  detail: JobDetail | null;
  acts: boolean;
  now: Date;
  onPriority: (job: Job, priority: Priority) => void;
}

export function Detail({ job, detail, acts, now, onPriority }: Props): ReactElement {
  const groups = grouped(detail?.failures ?? []);
  const listed = detail?.failures.length ?? 0;
  const told = job.items.failed + job.items.warning;
  return (
    <div className="why" role="gridcell" data-testid="job-detail">
      <Why job={job} />
      {groups.map((group, i) => (
        <Group key={`${group.state} ${group.words}`} group={group} job={job} first={i === 0} />
      ))}
      {detail && listed < told && <p className="t3">{t('The first {n} are listed.', { n: listed })}</p>}
      <div className="row wrap facts">
        <span className="t3" data-testid="job-facts">{factsOf(job, now)}</span>
        {acts && !isOver(job) && <Turn job={job} onPriority={onPriority} />}
      </div>
    </div>
  );
}

/** Why it stands where it stands, and what is true of the rest. */
function Why({ job }: { job: Job }): ReactElement | null {
  const repeats = job.words === `${job.items.failed} of ${job.total} could not be done.` && job.items.failed > 0;
  const kept = job.state === 'failed' || job.state === 'cancelled' ? keptSentence(job) : '';
  const safe = job.state === 'failed' && (job.kind === 'send' || job.kind === 'forward') ? t('Nothing was lost here.') : '';
  if ((!job.words || repeats) && !kept && !safe) return null;
  return (
    <p data-testid="job-words">
      {!repeats && job.words && <>{job.words} </>}
      {kept && <b>{kept} </b>}
      {safe}
    </p>
  );
}

function Group({ group, job, first }: { group: FailureGroup; job: Job; first: boolean }): ReactElement {
  const [open, setOpen] = useState(first);
  const n = group.keys.length;
  const what = group.state === 'failed' ? itemsOf(n, job) : t('{things} with a warning', { things: itemsOf(n, job) });
  return (
    <details open={open} onToggle={(e) => setOpen(e.currentTarget.open)} data-testid="failure" data-state={group.state}>
      <summary>
        <b>{what}:</b> <span className="t2" data-testid="failure-words">{group.words || t('no reason was given.')}</span>
      </summary>
      {open && (
        <ul className="keys1">
          {group.keys.map((key) => <li className="mono" key={key} data-testid="failure-key">{key}</li>)}
        </ul>
      )}
    </details>
  );
}

function factsOf(job: Job, now: Date): string {
  const at = clockOrDay(job.created_at, now);
  const ordered = job.ordered_by ? [t('ordered by {name}', { name: job.ordered_by }), at].filter(Boolean).join(', ') : at && t('ordered {time}', { time: at });
  const runs = job.run > 1 ? t('started {n} {n|time|times}', { n: job.run }) : '';
  const done = job.state === 'running' && succeeded(job) ? t('{part} done', { part: itemsOf(succeeded(job), job) }) : '';
  return [t('Job {number}', { number: String(job.id) }), ordered, runs, done].filter(Boolean).join(' · ');
}

const PRIORITY_NAMES: Record<Priority, string> = { high: t('high {#priority}'), normal: t('normal {#priority}'), low: t('low {#priority}') };

function Turn({ job, onPriority }: { job: Job; onPriority: (job: Job, priority: Priority) => void }): ReactElement {
  return (
    <span className="row gap6">
      <span className="t3">{t('Priority')}</span>
      <span className="segm" role="radiogroup" aria-label={t('Priority')}>
        {PRIORITIES.map((priority) => (
          <button key={priority} role="radio" aria-checked={priority === job.priority} className={priority === job.priority ? 'on' : ''} onClick={() => onPriority(job, priority)} data-testid={`priority-${priority}`}>
            {PRIORITY_NAMES[priority]}
          </button>
        ))}
      </span>
    </span>
  );
}

/** All that is known of an event, and the ways on: its job, its study, what else happened to it and with its peer. */
import { Fragment, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { jobsAddress } from '../../../domain/jobs';
import { factsOf, jobOf, logAddress, NO_FILTER, studiesOf, uidsOf, type LogEvent } from '../../../domain/log';
import { Link } from '../../parts/link';
import { viewerAddress } from '../../router';

export function Detail({ event }: { event: LogEvent }): ReactElement {
  const job = jobOf(event);
  const studies = studiesOf(event);
  const peer = event.peer || event.address;
  return (
    <div role="gridcell" className="why" data-testid="event-detail">
      <p data-testid="event-sentence">{event.sentence}</p>
      <dl className="kv">
        {event.subject && (
          <>
            <dt>{t('About')}</dt>
            <dd data-testid="event-subject"><Subject event={event} /></dd>
          </>
        )}
        {factsOf(event).map(({ name, value, mono }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd className={mono ? 'mono' : undefined} data-testid="fact" data-fact={name}>{value}</dd>
          </Fragment>
        ))}
        {studies.length > 0 && (
          <>
            <dt>{studies.length === 1 ? t('Study') : t('Studies')}</dt>
            <dd>
              {studies.map((uid) => <div key={uid}><Link to={viewerAddress([uid])} className="mono" testid="event-study">{uid}</Link></div>)}
            </dd>
          </>
        )}
      </dl>
      <div className="row wrap ways">
        {job !== null && <Link to={jobsAddress({ show: 'all', node: '' }, job)} testid="event-job">{t('Job {number}', { number: String(job) })}</Link>}
        {peer && <Link to={logAddress({ ...NO_FILTER, peer })} testid="event-peer">{t('All events with {peer}', { peer })}</Link>}
      </div>
    </div>
  );
}

/** UIDs lead to what else happened to them; anything else is only told. */
function Subject({ event }: { event: LogEvent }): ReactElement {
  const uids = uidsOf(event);
  if (!uids.length) return <>{event.subject}</>;
  return <>{uids.map((uid) => <div key={uid}><Link to={logAddress({ ...NO_FILTER, text: uid })} className="mono" testid="event-about">{uid}</Link></div>)}</>;
}

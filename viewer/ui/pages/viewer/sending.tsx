/** Send from the viewer: where to, while it is asked; then how it goes on. */
import { useState, type ReactElement } from 'react';
import type { Job } from '../../../domain/jobs';
import { SendDialog } from '../../panels/send-dialog';
import { Sent } from '../../panels/sent';
import type { ViewerModel } from '../../viewer-model';
import { barStudy } from './bar-study';

export function Sending({ model, asks, onClose }: { model: ViewerModel; asks: boolean; onClose: () => void }): ReactElement {
  const [job, setJob] = useState<Job>();
  const study = barStudy(model);
  const ordered = (sent: Job) => {
    setJob(sent);
    onClose();
  };
  return (
    <>
      {job && <Sent key={job.id} ordered={job} onGone={() => setJob(undefined)} onStopped={() => undefined} />}
      {asks && study && <SendDialog studies={[study]} onClose={onClose} onOrdered={ordered} onExpired={onClose} />}
    </>
  );
}

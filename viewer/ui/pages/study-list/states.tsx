/** The list with nothing in it: why, and what to do. */
import type { ReactElement } from 'react';
import { inWords, type Filters } from '../../../domain/filters';
import type { ServerIdentity } from '../../../domain/server';
import { Say } from '../../parts/say';

interface NothingProps {
  filters: Filters;
  filtered: boolean;
  onClear: () => void;
  onFilters: (f: Filters) => void;
  server: ServerIdentity | null;
}

export function Nothing({ filters, filtered, onClear, onFilters, server }: NothingProps): ReactElement {
  if (!filtered) {
    const where = server ? `Send images to ${server.ae_title} on port ${server.dicom_port}, or post them to /dicom-web/studies.` : '';
    return <Say title="There are no studies here yet." detail={`${where} They appear in this list as they arrive.`} />;
  }
  const widenable = filters.modality.length > 0 && (filters.text || filters.from);
  return (
    <Say title={`No study matches “${inWords(filters)}”.`} detail="This server was asked. Other archives are not searched from here.">
      {widenable && (
        <button className="btn" onClick={() => onFilters({ ...filters, modality: [] })}>Search without {filters.modality.join(', ')}</button>
      )}
      <button className="btn plain" onClick={onClear}>Clear all</button>
    </Say>
  );
}

export function ServerLost({ message, seconds, onRetry }: { message: string; seconds: number; onRetry: () => void }): ReactElement {
  return (
    <Say title={message} detail={`Nothing is lost. Trying again in ${seconds} s.`} failed>
      <button className="btn" onClick={onRetry}>Try now</button>
    </Say>
  );
}

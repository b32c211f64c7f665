/** The list with nothing in it: why, and what to do. */
import { useEffect, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { inWords, toQuery, widened, type Filters, type Wider } from '../../../domain/filters';
import type { ServerIdentity } from '../../../domain/server';
import { countWords, type StudyCount } from '../../../domain/study';
import { Say } from '../../parts/say';
import { httpServer } from '../../server/http-server';

interface NothingProps {
  filters: Filters;
  filtered: boolean;
  onClear: () => void;
  onFilters: (f: Filters) => void;
  server: ServerIdentity | null;
}

export function Nothing({ filters, filtered, onClear, onFilters, server }: NothingProps): ReactElement {
  const wider = useWider(filters);
  if (!filtered) {
    const where = server ? t('Send images to {title} on port {port}, or post them to /dicom-web/studies.', { title: server.ae_title, port: String(server.dicom_port) }) : '';
    return <Say title={t('There are no studies here yet.')} detail={`${where} ${t('They appear in this list as they arrive.')}`.trim()} />;
  }
  const less = wider && t('{n|there is|there are} {count} {n|study|studies}', { count: countWords(wider.count), n: wider.count.total });
  return (
    <Say title={t('No study matches “{words}”.', { words: inWords(filters) })} detail={wider && less ? t('Without “{word}” {less}.', { word: wider.without, less }) : t('This server was asked. Other archives are not searched from here.')}>
      {wider && (
        <button className="btn" onClick={() => onFilters(wider.filters)} data-testid="wider">{t('Search without {word}', { word: wider.without })}</button>
      )}
      <button className="btn plain" onClick={onClear}>{t('Clear all')}</button>
    </Say>
  );
}

/** What finds the fewest studies with one word or filter less. */
function useWider(filters: Filters): (Wider & { count: StudyCount }) | undefined {
  const [best, setBest] = useState<Wider & { count: StudyCount; of: Filters }>();
  useEffect(() => {
    const aborter = new AbortController();
    const ask = async () => {
      let found: (Wider & { count: StudyCount }) | undefined;
      for (const one of widened(filters)) {
        const query = toQuery(one.filters);
        query.delete('sort');
        const count = await httpServer.countStudies(query, aborter.signal);
        if (count.total > 0 && (!found || count.total < found.count.total)) found = { ...one, count };
      }
      if (found) setBest({ ...found, of: filters });
    };
    // A suggestion only: without an answer there is none.
    ask().catch(() => undefined);
    return () => aborter.abort();
  }, [filters]);
  return best?.of === filters ? best : undefined;
}

export function ServerLost({ message, seconds, onRetry }: { message: string; seconds: number; onRetry: () => void }): ReactElement {
  return (
    <Say title={message} detail={t('Nothing is lost. Trying again in {seconds} s.', { seconds })} failed>
      <button className="btn" onClick={onRetry}>{t('Try now')}</button>
    </Say>
  );
}

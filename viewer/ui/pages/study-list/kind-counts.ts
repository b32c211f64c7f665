/** How many studies of each usual kind there are, beside what else is asked. */
import { useEffect, useState } from 'react';
import { t } from '../../../core/language';
import { toQuery, type Filters } from '../../../domain/filters';
import type { StudyCount } from '../../../domain/study';
import { httpServer } from '../../server/http-server';

export const KINDS: [string, string[]][] = [
  ['CT', ['CT']],
  ['MR', ['MR']],
  [t('X-ray'), ['CR', 'DX', 'RF', 'XA', 'MG', 'PX', 'IO']],
  ['US', ['US', 'IVUS']],
  [t('Nuclear'), ['NM', 'PT']],
];

export type KindCounts = ReadonlyMap<string, StudyCount>;
export const NO_COUNTS: KindCounts = new Map();

const REST_MS = 400;

/** Counted one after the other when the list rests: rows come first. `list` changes when other studies are in it. */
export function useKindCounts(filters: Filters, list: string, wanted: boolean): KindCounts {
  const [counts, setCounts] = useState(NO_COUNTS);
  const question = toQuery({ ...filters, modality: [] }).toString();
  useEffect(() => {
    if (!wanted) return undefined;
    const aborter = new AbortController();
    const timer = setTimeout(() => {
      void (async () => {
        const found = new Map<string, StudyCount>();
        for (const [label, kinds] of KINDS) {
          const query = new URLSearchParams(question);
          query.set('modality', kinds.join(','));
          found.set(label, await httpServer.countStudies(query, aborter.signal));
        }
        setCounts(found);
        // They only help to choose: where the server does not answer, the list says so.
      })().catch(() => undefined);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [question, list, wanted]);
  return wanted ? counts : NO_COUNTS;
}

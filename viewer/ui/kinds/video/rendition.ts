/** The video as a file that browsers play (docs/rendering.md, Video and cine): asked for, and waited for while the server makes it. */
import { useCallback, useEffect, useState } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { ServerError } from '../../../domain/server';
import { serverWords } from '../../../domain/server-words';
import { good, seriesPath } from '../../server/http-server';

export interface Rendition {
  /** '' until it can be played. */
  address: string;
  error: string;
  /** Of the frames how many are converted; undefined while nobody knows. */
  made: { frames: number; of: number } | undefined;
  again: () => void;
}

const ASK_MS = 500;

export function useRendition(object: DataSet): Rendition {
  const [state, setState] = useState<{ of: DataSet; address: string; error: string; made: Rendition['made'] }>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const life = new AbortController();
    const address = `${instancePath(object)}/rendered?accept=video/mp4`;
    const tell = (change: { address?: string; error?: string; made?: Rendition['made'] }) => !life.signal.aborted && setState((was) => ({ address: '', error: '', made: undefined, ...(was?.of === object ? was : {}), ...change, of: object }));
    // One byte: the answer comes when the file is there.
    const asked = good(address, { headers: { Range: 'bytes=0-0' }, signal: life.signal });
    void watch(object, life.signal, asked, (made) => tell({ made })).then(() => tell({ address }), (e: unknown) => tell({ error: e instanceof Error ? e.message : String(e) }));
    return () => life.abort();
  }, [object, turn]);
  const again = useCallback(() => {
    setState(undefined);
    setTurn((n) => n + 1);
  }, []);
  const mine = state?.of === object ? state : undefined;
  return { address: mine?.address ?? '', error: mine?.error ?? '', made: mine?.made, again };
}

interface Conversion {
  state: 'none' | 'making' | 'ready' | 'failed';
  frames_made: number | null;
  frames: number;
  fault: string | null;
}

/** Ends when the file is there. Rejects with the reason why there will be none. */
async function watch(object: DataSet, signal: AbortSignal, asked: Promise<unknown>, tell: (made: Rendition['made']) => void): Promise<void> {
  const answer = asked.then(() => 'here' as const, (error: unknown) => ({ error }));
  let failed: { error: unknown } | undefined;
  for (;;) {
    const came = failed ? await later() : await Promise.race([answer, later()]);
    if (came === 'here' || signal.aborted) return;
    failed ??= came;
    if (failed && !isImpatient(failed.error)) throw failed.error;
    const found = await conversionOf(object, signal).catch(() => undefined);
    if (found && found.frames_made !== null) tell({ frames: found.frames_made, of: found.frames });
    if (found?.state === 'ready') return;
    // Nobody works on it any more.
    if (failed && found?.state !== 'making') throw found?.fault ? new Error(serverWords(found.fault, '', 400)) : failed.error;
  }
}

const later = () => new Promise<undefined>((resolve) => setTimeout(resolve, ASK_MS));

/** A proxy that would not wait as long as the server works: the server goes on. */
function isImpatient(error: unknown): boolean {
  return error instanceof ServerError && [502, 504].includes(error.status);
}

async function conversionOf(object: DataSet, signal: AbortSignal): Promise<Conversion> {
  const [study, series, instance] = ['0020000D', '0020000E', '00080018'].map((tag) => encodeURIComponent(text(object, tag)));
  const response = await good(`/api/studies/${study}/series/${series}/instances/${instance}/conversion`, { signal });
  return (await response.json()) as Conversion;
}

export function instancePath(object: DataSet): string {
  return `${seriesPath(text(object, '0020000D'), text(object, '0020000E'))}/instances/${encodeURIComponent(text(object, '00080018'))}`;
}

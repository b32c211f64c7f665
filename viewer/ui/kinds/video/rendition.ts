/** The video as a file that browsers play (docs/rendering.md, Video and cine): asked for, and waited for while the server makes it. */
import { useCallback, useEffect, useState } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
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
    asked.then(() => tell({ address }), (e: unknown) => tell({ error: e instanceof Error ? e.message : String(e) }));
    const watched = watch(object, life.signal, asked, (made) => tell({ made }));
    return () => {
      life.abort();
      void watched;
    };
  }, [object, turn]);
  const again = useCallback(() => {
    setState(undefined);
    setTurn((n) => n + 1);
  }, []);
  const mine = state?.of === object ? state : undefined;
  return { address: mine?.address ?? '', error: mine?.error ?? '', made: mine?.made, again };
}

async function watch(object: DataSet, signal: AbortSignal, asked: Promise<unknown>, tell: (made: Rendition['made']) => void): Promise<void> {
  const [study, series, instance] = ['0020000D', '0020000E', '00080018'].map((tag) => encodeURIComponent(text(object, tag)));
  let over = false;
  asked.then(() => (over = true), () => (over = true));
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    if (over || signal.aborted) return;
    try {
      const response = await good(`/api/studies/${study}/series/${series}/instances/${instance}/conversion`, { signal });
      const { frames_made: frames, frames: of } = (await response.json()) as { frames_made: number | null; frames: number };
      if (frames !== null) tell({ frames, of });
    } catch {
      return; // what failed is told by the answer that is waited for
    }
  }
}

export function instancePath(object: DataSet): string {
  return `${seriesPath(text(object, '0020000D'), text(object, '0020000E'))}/instances/${encodeURIComponent(text(object, '00080018'))}`;
}

/** The bytes that an object encapsulates, fetched when it is looked at. */
import { useCallback, useEffect, useState } from 'react';
import type { DataSet } from '../../../core/dicom-json';
import { withoutPadding } from '../../../core/encapsulated';
import { t } from '../../../core/language';
import { bulkBytes } from '../../stage/bulk-source';

export interface Held {
  /** Undefined while they are on their way, and where they failed. */
  bytes: Uint8Array | undefined;
  error: string;
  again: () => void;
}

const DOCUMENT = '00420011';

export function useHeld(object: DataSet): Held {
  const [found, setFound] = useState<{ of: DataSet; bytes?: Uint8Array; error?: string }>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const life = new AbortController();
    const attribute = object[DOCUMENT];
    bulkBytes(attribute, life.signal).then(
      (bytes) => setFound(bytes.length ? { of: object, bytes: withoutPadding(object, bytes) } : { of: object, error: t('It holds no document.') }),
      (e: unknown) => !life.signal.aborted && setFound({ of: object, error: e instanceof Error ? e.message : String(e) }),
    );
    return () => life.abort();
  }, [object, turn]);
  const again = useCallback(() => {
    setFound(undefined);
    setTurn((n) => n + 1);
  }, []);
  const mine = found?.of === object ? found : undefined;
  return { bytes: mine?.bytes, error: mine?.error ?? '', again };
}

/** Deleting in the list: the dialog, and for eight seconds after it the way back. */
import { useCallback, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { patientOf, type Deletion } from '../../../domain/deletions';
import { ServerError } from '../../../domain/server';
import type { Study } from '../../../domain/study';
import { Link } from '../../parts/link';
import { Toast } from '../../parts/toast';
import { httpServer } from '../../server/http-server';
import { DeleteDialog } from './delete-dialog';

export interface Deleting {
  /** Whether the dialog is open and has the keys. */
  asking: boolean;
  ask: (studies: readonly Study[]) => void;
  /** Missing when there is nothing to bring back. */
  bringBack: (() => void) | undefined;
  dialog: ReactElement | undefined;
  toast: ReactElement | undefined;
}

export function useDeleting(onExpired: () => void): Deleting {
  const [studies, setStudies] = useState<readonly Study[]>();
  const [deletions, setDeletions] = useState<readonly Deletion[]>();
  const [refused, setRefused] = useState('');
  const close = useCallback(() => setStudies(undefined), []);
  const gone = useCallback(() => setDeletions(undefined), []);
  const bringBack = deletions && !refused ? () => {
    Promise.all(deletions.map((one) => httpServer.restore(one.id))).then(gone, (e: unknown) => {
      if (e instanceof ServerError && e.status === 401) return onExpired();
      setRefused(e instanceof Error ? e.message : String(e));
    });
  } : undefined;
  const deleted = (made: readonly Deletion[]) => {
    setStudies(undefined);
    setRefused('');
    setDeletions(made);
  };
  const first = deletions?.[0];
  return {
    asking: studies !== undefined,
    ask: setStudies,
    bringBack,
    dialog: studies && <DeleteDialog studies={studies} onClose={close} onDeleted={deleted} onExpired={onExpired} />,
    toast: first && (
      <Toast key={first.id} onGone={gone}>
        <span className="clip">{refused || (deletions?.length === 1 ? t('{name} was deleted.', { name: patientOf(first) }) : t('{n} {n|study was|studies were} deleted.', { n: deletions?.length ?? 0 }))}</span>
        <Link to="/deleted" className="btn plain" testid="deleted-link">{t('Deleted')}</Link>
        {bringBack && <button className="btn plain c-accent" onClick={bringBack} data-testid="delete-undo">{t('Undo')} <kbd>Ctrl</kbd><kbd>Z</kbd></button>}
      </Toast>
    ),
  };
}

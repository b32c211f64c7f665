/** Deleting in the list: the dialog, and for eight seconds after it the way back. */
import { useCallback, useState, type ReactElement } from 'react';
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
  ask: (study: Study) => void;
  /** Missing when there is nothing to bring back. */
  bringBack: (() => void) | undefined;
  dialog: ReactElement | undefined;
  toast: ReactElement | undefined;
}

export function useDeleting(onExpired: () => void): Deleting {
  const [study, setStudy] = useState<Study>();
  const [deletion, setDeletion] = useState<Deletion>();
  const [refused, setRefused] = useState('');
  const close = useCallback(() => setStudy(undefined), []);
  const gone = useCallback(() => setDeletion(undefined), []);
  const bringBack = deletion && !refused ? () => {
    httpServer.restore(deletion.id).then(gone, (e: unknown) => {
      if (e instanceof ServerError && e.status === 401) return onExpired();
      setRefused(e instanceof Error ? e.message : String(e));
    });
  } : undefined;
  const deleted = (made: Deletion) => {
    setStudy(undefined);
    setRefused('');
    setDeletion(made);
  };
  return {
    asking: study !== undefined,
    ask: setStudy,
    bringBack,
    dialog: study && <DeleteDialog study={study} onClose={close} onDeleted={deleted} onExpired={onExpired} />,
    toast: deletion && (
      <Toast key={deletion.id} onGone={gone}>
        <span className="clip">{refused || `${patientOf(deletion)} was deleted.`}</span>
        <Link to="/deleted" className="btn plain" testid="deleted-link">Deleted</Link>
        {bringBack && <button className="btn plain c-accent" onClick={bringBack} data-testid="delete-undo">Undo <kbd>Ctrl</kbd><kbd>Z</kbd></button>}
      </Toast>
    ),
  };
}

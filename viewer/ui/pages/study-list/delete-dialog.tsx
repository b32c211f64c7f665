/** Before studies are deleted: what will be, that it can be taken back, and why it is done. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { backWords, LONGEST_REASON, type Deletion } from '../../../domain/deletions';
import { ServerError } from '../../../domain/server';
import type { Study } from '../../../domain/study';
import { IconButton } from '../../parts/icon-button';
import { httpServer } from '../../server/http-server';
import { wordsOf } from '../../panels/several';
import { useModal } from '../../parts/use-modal';

interface Props {
  studies: readonly Study[];
  onClose: () => void;
  /** What was deleted; fewer than asked when the server refused one. */
  onDeleted: (deletions: readonly Deletion[]) => void;
  onExpired: () => void;
}

export function DeleteDialog({ studies, onClose, onDeleted, onExpired }: Props): ReactElement {
  useModal();
  const [days, setDays] = useState<number>();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    const aborter = new AbortController();
    // Only the words depend on it: without an answer they say less.
    httpServer.deleted(new URLSearchParams({ limit: '1' }), aborter.signal).then((page) => setDays(page.purge_after_days), () => undefined);
    return () => aborter.abort();
  }, []);
  const remove = () => {
    if (busy) return;
    setBusy(true);
    setError('');
    const made: Deletion[] = [];
    const each = async () => {
      for (const study of studies) made.push(await httpServer.deleteStored({ study: study.study_instance_uid, reason }));
    };
    each().then(() => onDeleted(made), (e: unknown) => {
      if (e instanceof ServerError && e.status === 401) return onExpired();
      if (made.length) onDeleted(made);
      else setError(e instanceof Error ? e.message : String(e));
    }).finally(() => setBusy(false));
  };
  const onKey = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.key === 'Escape') onClose();
    else if (e.key === 'Enter' && e.target === field.current) remove();
    else return;
    e.preventDefault();
  };
  const { name, images, said } = wordsOf(studies);
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div className="dlg send" role="dialog" aria-modal aria-label={t('Delete')} tabIndex={-1} onKeyDown={onKey} data-testid="delete-dialog">
        <div className="hd">
          <h2 className="grow clip">{t('Delete {what}', { what: name })}</h2>
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd col">
          <p className="t2 clip">{said}</p>
          <p>{t('Nobody sees, finds or fetches {n|the study|these studies} any more.', { n: studies.length })} {backWords(days)} {t('Undo does that at once, the page Deleted later.')}</p>
          <label className="f">
            {t('Why')}
            <input className="field big" ref={field} value={reason} maxLength={LONGEST_REASON} autoComplete="off" onChange={(e) => setReason(e.target.value)} data-testid="delete-reason" />
            <span className="hint">{t('Kept with the deletion; may stay empty.')}</span>
          </label>
          {error && <div className="note failed" role="alert" data-testid="delete-error"><p>{error} {t('Nothing was deleted.')}</p></div>}
        </div>
        <div className="ft">
          <span className="grow" />
          <button className="btn plain" onClick={onClose}>{t('Cancel')} <kbd>Esc</kbd></button>
          <button className="btn primary" disabled={busy} onClick={remove} data-testid="delete-go">{t('Delete {what}', { what: images })} <kbd>Enter</kbd></button>
        </div>
      </div>
    </div>
  );
}

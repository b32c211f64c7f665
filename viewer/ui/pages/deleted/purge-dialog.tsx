/** The one question that is asked, since nothing brings these files back. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { heldWords, patientOf, sizeWords, type Deletion } from '../../../domain/deletions';
import { IconButton } from '../../parts/icon-button';
import { useModal } from '../../parts/use-modal';

interface Props {
  deletion: Deletion;
  onClose: () => void;
  onPurge: (deletion: Deletion) => void;
}

export function PurgeDialog({ deletion, onClose, onPurge }: Props): ReactElement {
  useModal();
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current?.focus(), []);
  const onKey = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.key !== 'Escape') return;
    onClose();
    e.preventDefault();
  };
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div className="dlg send" role="alertdialog" aria-modal aria-label={t('Delete for ever')} aria-describedby="purge-words" tabIndex={-1} onKeyDown={onKey} data-testid="purge-dialog">
        <div className="hd">
          <h2 className="grow clip">{patientOf(deletion)}</h2>
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd col" id="purge-words">
          <p className="t2">{[heldWords(deletion), deletion.description, sizeWords(deletion.bytes)].filter(Boolean).join(' · ')}</p>
          <p>{t('The files are removed from the disk. Nothing brings them back.')}</p>
        </div>
        <div className="ft">
          <span className="grow" />
          <button className="btn plain" ref={cancel} onClick={onClose}>{t('Cancel')} <kbd>Esc</kbd></button>
          <button className="btn primary" onClick={() => onPurge(deletion)} data-testid="purge-go">{t('Delete {n} {n|image|images} for ever', { n: deletion.number_of_instances })}</button>
        </div>
      </div>
    </div>
  );
}

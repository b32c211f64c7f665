/** The keys of a page that is no viewer (?). */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type ReactElement } from 'react';
import { t } from '../../core/language';
import { IconButton } from '../parts/icon-button';
import { useModal } from '../parts/use-modal';

export function KeyHelp({ keys, onClose }: { keys: readonly [string, string][]; onClose: () => void }): ReactElement {
  useModal();
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => dialog.current?.focus(), []);
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div ref={dialog} className="dlg help small" role="dialog" aria-modal aria-label={t('Keys')} tabIndex={-1} data-testid="help" onKeyDown={(e) => (e.key === 'Escape' || e.key === '?') && onClose()}>
        <div className="hd">
          <h2>{t('Keys')}</h2>
          <span className="grow" />
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd">
          {keys.map(([written, does]) => (
            <div className="krow" key={written}>
              <span>{does}</span>
              <span>{written.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

import { IconX } from '@tabler/icons-react';
import { useEffect, useRef, type ReactElement } from 'react';
import { IconButton } from '../../parts/icon-button';

const KEYS: [string, string][] = [
  ['/', 'search'],
  ['↑ ↓', 'move'],
  ['PgUp PgDn', 'move by ten'],
  ['Home End', 'first and last'],
  ['Space', 'look without opening'],
  ['Enter', 'open'],
  ['Esc', 'leave the search, close the look'],
  ['?', 'this'],
];

export function ListHelp({ onClose }: { onClose: () => void }): ReactElement {
  const dialog = useRef<HTMLDivElement>(null);
  useEffect(() => dialog.current?.focus(), []);
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div ref={dialog} className="dlg help small" role="dialog" aria-modal aria-label="Keys" tabIndex={-1} onKeyDown={(e) => (e.key === 'Escape' || e.key === '?') && onClose()}>
        <div className="hd">
          <h2>Keys</h2>
          <span className="grow" />
          <IconButton label="Close" hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd">
          {KEYS.map(([keys, does]) => (
            <div className="krow" key={keys}>
              <span>{does}</span>
              <span>{keys.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

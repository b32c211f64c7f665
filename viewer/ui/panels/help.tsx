/** Keys and pointer (?). Made from the same list as the palette, so it cannot be out of date. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type ReactElement } from 'react';
import { t } from '../../core/language';
import { GROUP_NAMES, VIEWER_COMMANDS, type Command } from '../../domain/commands';
import { IconButton } from '../parts/icon-button';

const POINTER: [string, string][] = [
  [t('Left drag'), t('the chosen tool')],
  [t('Right drag'), t('window')],
  [t('Middle drag'), t('pan')],
  [t('Left + right drag'), t('zoom')],
  [t('Wheel'), t('scroll')],
  [t('Shift wheel'), t('scroll by ten')],
  [t('Ctrl wheel'), t('zoom')],
  [t('Double click'), t('maximise')],
  [t('Drag a series'), t('into a viewport')],
  [t('Click a tile'), t('take its image; double click: alone')],
  [t('Drag the track at the right edge'), t('scroll fast')],
];

const GROUPS: Command['group'][] = ['Tool', 'Image', 'Window', 'Move', 'Layout', 'Screen', 'Study'];

export function Help({ onClose }: { onClose: () => void }): ReactElement {
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => dialog.current?.focus(), []);
  return (
    <div className="shade" onPointerDown={(e) => e.target === e.currentTarget && onClose()}>
      <div
        ref={dialog}
        className="dlg help"
        role="dialog"
        aria-modal
        aria-label={t('Keys and pointer')}
        tabIndex={-1}
        data-testid="help"
        onKeyDown={(e) => {
          if (e.key !== 'Escape' && e.key !== '?') return;
          e.stopPropagation();
          onClose();
        }}
      >
        <div className="hd">
          <h2>{t('Keys and pointer')}</h2>
          <span className="grow" />
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd keys">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3>{GROUP_NAMES[group]}</h3>
              {VIEWER_COMMANDS.filter((c) => c.group === group && c.key).map((c) => (
                <Row key={c.id} name={c.title} keys={c.key ?? ''} />
              ))}
              {group === 'Window' && <Row name={t('Presets')} keys="1–9" />}
            </section>
          ))}
          <section>
            <h3>{t('Pointer')}</h3>
            {POINTER.map(([what, does]) => (
              <div className="krow" key={what}>
                <span>{what}</span>
                <span className="t3">{does}</span>
              </div>
            ))}
          </section>
        </div>
      </div>
    </div>
  );
}

function Row({ name, keys }: { name: string; keys: string }): ReactElement {
  return (
    <div className="krow">
      <span>{name}</span>
      <span>
        {keys.split(' ').map((k, i) => (
          <kbd key={i}>{k}</kbd>
        ))}
      </span>
    </div>
  );
}

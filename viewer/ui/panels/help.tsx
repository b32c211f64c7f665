/** Keys and pointer (?). Made from the same list as the palette, so it cannot be out of date. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type ReactElement } from 'react';
import { t } from '../../core/language';
import { GROUP_NAMES, VIEWER_COMMANDS, type Command } from '../../domain/commands';
import { BUTTON_WORDS, BUTTONS, CLICK_ACTS, dragActs, WHEEL_ACTS, WHEEL_WORDS, WHEELS } from '../../domain/mouse';
import { keyNow, mouseNow } from '../keys';
import { IconButton } from '../parts/icon-button';
import { Caps } from '../parts/keys';
import { useModal } from '../parts/use-modal';

/** What stays as it is; what buttons and wheel do was chosen. */
const POINTER: [string, string][] = [
  [t('Right click'), t('menu')],
  [t('Drag a series'), t('into a viewport')],
  [t('Click a tile'), t('take its image; double click: alone')],
  [t('Drag the track at the right edge'), t('scroll fast')],
];

const GROUPS: Command['group'][] = ['Tool', 'Image', 'Window', 'Move', 'Layout', 'Screen', 'Study'];

function pointerRows(): [string, string][] {
  const mouse = mouseNow();
  const drags = new Map(dragActs());
  return [
    ...BUTTONS.map((name): [string, string] => [BUTTON_WORDS[name], drags.get(mouse[name]) ?? '']),
    ...WHEELS.map((name): [string, string] => [WHEEL_WORDS[name], WHEEL_ACTS[mouse[name]]]),
    [t('Double click'), CLICK_ACTS[mouse.double]],
    ...POINTER,
  ];
}

export function Help({ onKeys, onClose }: { onKeys: () => void; onClose: () => void }): ReactElement {
  useModal();
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
          <button className="btn" onClick={onKeys} data-testid="help-keys">{t('Change keys and mouse')}</button>
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd keys" tabIndex={0}>
          {GROUPS.map((group) => (
            <section key={group}>
              <h3>{GROUP_NAMES[group]}</h3>
              {VIEWER_COMMANDS.filter((c) => c.group === group && keyNow(c.id)).map((c) => (
                <Row key={c.id} name={c.title} keys={keyNow(c.id)} />
              ))}
            </section>
          ))}
          <section>
            <h3>{t('Pointer')}</h3>
            {pointerRows().map(([what, does]) => (
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
        <Caps keys={keys} />
      </span>
    </div>
  );
}

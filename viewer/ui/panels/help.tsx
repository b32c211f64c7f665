/** Keys and pointer (?). Made from the same list as the palette, so it cannot be out of date. */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type ReactElement } from 'react';
import { VIEWER_COMMANDS, type Command } from '../../domain/commands';
import { IconButton } from '../parts/icon-button';

const POINTER: [string, string][] = [
  ['Left drag', 'the chosen tool'],
  ['Right drag', 'window'],
  ['Middle drag', 'pan'],
  ['Left + right drag', 'zoom'],
  ['Wheel', 'scroll'],
  ['Shift wheel', 'scroll by ten'],
  ['Ctrl wheel', 'zoom'],
  ['Double click', 'maximise'],
  ['Drag a series', 'into a viewport'],
  ['Click a tile', 'take its image; double click: alone'],
  ['Drag the track at the right edge', 'scroll fast'],
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
        aria-label="Keys and pointer"
        tabIndex={-1}
        data-testid="help"
        onKeyDown={(e) => {
          if (e.key !== 'Escape' && e.key !== '?') return;
          e.stopPropagation();
          onClose();
        }}
      >
        <div className="hd">
          <h2>Keys and pointer</h2>
          <span className="grow" />
          <IconButton label="Close" hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd keys">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              {VIEWER_COMMANDS.filter((c) => c.group === group && c.key).map((c) => (
                <Row key={c.id} name={c.title} keys={c.key ?? ''} />
              ))}
              {group === 'Window' && <Row name="Presets" keys="1–9" />}
            </section>
          ))}
          <section>
            <h3>Pointer</h3>
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

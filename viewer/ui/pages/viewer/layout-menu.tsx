/** The grid of viewports: point at the last cell, or go there with the arrows. */
import { IconLayoutGrid } from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { VIEWER_COMMANDS } from '../../../domain/commands';
import { MOST_ROWS } from '../../../domain/hanging';
import { IconButton } from '../../parts/icon-button';
import { KeyOf } from '../../parts/keys';
import { Popover } from '../../parts/popover';
import type { ViewerModel } from '../../viewer-model';

const TITLES = new Map(VIEWER_COMMANDS.map((c) => [c.id, c.title]));
const SIDE = Array.from({ length: MOST_ROWS }, (_, i) => i + 1);

export function LayoutMenu({ model }: { model: ViewerModel }): ReactElement {
  const open = model.picking;
  const setOpen = (picking: boolean) => model.update({ picking });
  const cells = useRef<HTMLDivElement>(null);
  const [aim, setAim] = useState<[number, number]>();
  const { rows, columns } = model.hanging;
  const [r, c] = aim ?? [rows, columns];
  const at = (y: number, x: number) => cells.current?.children[(y - 1) * MOST_ROWS + x - 1] as HTMLElement | undefined;
  useLayoutEffect(() => {
    if (open) at(model.hanging.rows, model.hanging.columns)?.focus();
    // Only when it opens: the arrows go on from there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [open]);
  const answer = (e: KeyboardEvent) => {
    const step = ({ ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] } as Record<string, [number, number]>)[e.key];
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    const inside = (n: number) => Math.min(Math.max(n, 1), MOST_ROWS);
    at(inside(r + step[0]), inside(c + step[1]))?.focus();
  };
  const choose = (y: number, x: number) => {
    model.setLayout(y, x);
    setOpen(false);
    setAim(undefined);
  };
  return (
    <Popover open={open} onClose={() => setOpen(false)} button={<IconButton label={t('Layout')} hint="Alt 1–9" icon={IconLayoutGrid} on={open} onClick={() => setOpen(!open)} testid="layout" />}>
      <div className="menu layouts" role="menu" aria-label={t('Layout')} onKeyDown={answer} onPointerLeave={() => setAim(undefined)}>
        <div className="cells" ref={cells}>
          {SIDE.flatMap((y) => SIDE.map((x) => (
            <button
              key={`${y}x${x}`}
              role="menuitem"
              aria-label={`${y} × ${x}`}
              className={y <= r && x <= c ? 'on' : ''}
              onPointerEnter={() => setAim([y, x])}
              onFocus={() => setAim([y, x])}
              onClick={() => choose(y, x)}
              data-testid={`layout-${y}x${x}`}
            />
          )))}
        </div>
        <div className="row t2 sm">
          {r} × {c}
          <span className="grow" />
          <KeyOf id={`layout.${r}x${c}`} />
        </div>
        <div className="sep" role="separator" />
        {['windows.open', ...(model.together.partners.length ? ['windows.send', 'windows.move'] : [])].map((id) => (
          <button key={id} className="it" role="menuitem" onClick={() => (setOpen(false), model.run(id))} data-testid="window-item" data-command={id}>
            <span className="grow">{TITLES.get(id)}</span>
            <KeyOf id={id} />
          </button>
        ))}
      </div>
    </Popover>
  );
}

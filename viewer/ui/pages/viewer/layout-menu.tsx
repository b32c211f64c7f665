/** The grid of viewports: point at the last cell. */
import { IconLayoutGrid } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { MOST_ROWS } from '../../../domain/hanging';
import { IconButton } from '../../parts/icon-button';
import { KeyOf } from '../../parts/keys';
import { Popover } from '../../parts/popover';
import type { ViewerModel } from '../../viewer-model';

const SIDE = Array.from({ length: MOST_ROWS }, (_, i) => i + 1);

export function LayoutMenu({ model }: { model: ViewerModel }): ReactElement {
  const [open, setOpen] = useState(false);
  const [aim, setAim] = useState<[number, number]>();
  const { rows, columns } = model.hanging;
  const [r, c] = aim ?? [rows, columns];
  const choose = (y: number, x: number) => {
    model.setLayout(y, x);
    setOpen(false);
    setAim(undefined);
  };
  return (
    <Popover open={open} onClose={() => setOpen(false)} button={<IconButton label={t('Layout')} hint="Alt 1–9" icon={IconLayoutGrid} on={open} onClick={() => setOpen(!open)} testid="layout" />}>
      <div className="menu layouts" role="menu" onPointerLeave={() => setAim(undefined)}>
        <div className="cells">
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
      </div>
    </Popover>
  );
}

/** Which columns the list has, and in which order. */
import { IconArrowDown, IconArrowUp, IconCheck, IconTable } from '@tabler/icons-react';
import { useCallback, useState, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { COLUMNS, movedColumn, toggledColumn, USUAL } from '../../../domain/columns';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { Popover } from '../../parts/popover';

export function ColumnsMenu({ columns, onColumns }: { columns: readonly string[]; onColumns: (columns: string[]) => void }): ReactElement {
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const button = (
    <button className="btn plain" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="columns">
      <Icon of={IconTable} size="m" />
      {t('Columns')}
    </button>
  );
  const ordered = [...columns, ...COLUMNS.map((c) => c.id).filter((id) => !columns.includes(id))];
  return (
    <Popover open={open} onClose={close} button={button}>
      <div className="menu colmenu" role="group" aria-label={t('Columns')} data-testid="columns-menu">
        {ordered.map((id) => {
          const label = COLUMNS.find((c) => c.id === id)?.label ?? id;
          const on = columns.includes(id);
          return (
            <div className="it" key={id}>
              <button className="row grow" role="checkbox" aria-checked={on} disabled={id === 'patient'} onClick={() => onColumns(toggledColumn(columns, id))} data-testid={`column-${id}`}>
                <span className={`ck ${on ? 'on' : ''}`}>{on && <Icon of={IconCheck} size="s" />}</span>
                {label}
              </button>
              {on && <IconButton label={t('{column} further left', { column: label })} icon={IconArrowUp} low onClick={() => onColumns(movedColumn(columns, id, -1))} disabled={columns[0] === id} testid={`column-${id}-left`} />}
              {on && <IconButton label={t('{column} further right', { column: label })} icon={IconArrowDown} low onClick={() => onColumns(movedColumn(columns, id, 1))} disabled={columns.at(-1) === id} />}
            </div>
          );
        })}
        <div className="sep" />
        <button className="it" onClick={() => onColumns([...USUAL])}>{t('As usual')}</button>
        <div className="h">{t('What has no room is left out until there is.')}</div>
      </div>
    </Popover>
  );
}

/** What a hanging hangs, as its grids. */
import type { ReactElement, ReactNode } from 'react';
import { t } from '../../../core/language';
import { cellWords, conditionWords, ROLE_NAMES, type KeptHanging, type Screen } from '../../../domain/hangings';

export function HangingPanel({ kept, acts }: { kept: KeptHanging; acts: ReactNode }): ReactElement {
  const { hanging, damage } = kept;
  return (
    <aside className="panel pad hangingpanel" aria-label={hanging.name} data-testid="hanging-detail">
      <h2 className="clip">{hanging.name}</h2>
      {damage && <div className="note failed"><p>{damage}</p></div>}
      <p className="t2 sm">{conditionWords(hanging.conditions)}</p>
      {hanging.screens.map((screen, n) => (
        <div key={n} className="col gap4">
          {hanging.screens.length > 1 && <span className="t3 xs">{t('Window {number}', { number: n + 1 })}{screen.role && `: ${ROLE_NAMES[screen.role]}`}</span>}
          <Grid screen={screen} />
        </div>
      ))}
      {hanging.linked && <p className="t3 xs">{t('Its viewports are linked.')}</p>}
      <div className="row wraps">{acts}</div>
    </aside>
  );
}

export function Grid({ screen, at, onPick }: { screen: Screen; at?: number | undefined; onPick?: (cell: number) => void }): ReactElement {
  const style = { gridTemplate: `repeat(${screen.rows}, minmax(56px, auto)) / repeat(${screen.columns}, minmax(0, 1fr))` };
  return (
    <div className="hanggrid" style={style} data-testid="hanging-grid">
      {screen.cells.map((cell, i) => {
        const words = cellWords(cell) || t('nothing');
        return onPick
          ? <button key={i} type="button" className={i === at ? 'on' : ''} aria-pressed={i === at} onClick={() => onPick(i)} data-testid="hanging-cell">{words}</button>
          : <span key={i} data-testid="hanging-cell">{words}</span>;
      })}
    </div>
  );
}

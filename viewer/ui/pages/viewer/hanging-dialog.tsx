/** What hangs and why, the other hangings that are for this study, and what may be done with them (H). */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { whyNot } from '../../../domain/hanging-match';
import { conditionWords, gridWords, ROLE_NAMES, type KeptHanging, type Role } from '../../../domain/hangings';
import { factsNow } from '../../hanging-pool';
import { chooseHangingByItself, chooseRole, hangingStore, hangsByItself, roleOf, useHangings } from '../../hanging-store';
import { Switch } from '../../parts/fields';
import { IconButton } from '../../parts/icon-button';
import { Link } from '../../parts/link';
import { useModal } from '../../parts/use-modal';
import { usePreferences } from '../../preferences';
import type { ViewerModel } from '../../viewer-model';
import { windows } from '../../windows';
import './hanging-dialog.css';

export function HangingDialog({ model, onSave, onClose }: { model: ViewerModel; onSave: () => void; onClose: () => void }): ReactElement {
  useModal();
  usePreferences();
  const all = useHangings();
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => (dialog.current?.querySelector<HTMLElement>('.hangings .on, .hangings button') ?? dialog.current)?.focus(), []);
  const facts = factsNow(model);
  const { matches, active } = model.hangings;
  const others = all.filter((kept) => !matches.some((m) => m.kept.id === kept.id));
  const hang = (kept: KeptHanging) => {
    onClose();
    void model.hangings.hang(kept);
  };
  const move = (e: KeyboardEvent) => {
    if (e.key === 'Escape') return onClose();
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const rows = [...(dialog.current?.querySelectorAll<HTMLElement>('.hangings button') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (!step || at < 0) return;
    e.preventDefault();
    rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  };
  const { seat } = windows.me;
  return (
    <div ref={dialog} className="dlg hangdlg" role="dialog" aria-modal="true" aria-label={t('Hanging')} tabIndex={-1} onKeyDown={move} data-testid="hanging-dialog">
      <div className="hd">
        <h2>{t('Hanging')}</h2>
        <span className="grow" />
        <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
      </div>
      <div className="bd">
        <p className="hint" data-testid="hanging-why">{active ? <><b>{active.kept.hanging.name}.</b> {active.why}</> : t('Nothing hangs by a rule.')}</p>
        {hangingStore.failure && <div className="note failed" role="alert"><p>{hangingStore.failure} {t('Those that come with the viewer are here.')}</p></div>}
        <div className="hangings" data-testid="hanging-list">
          <div className="h">{t('For this study')}</div>
          {matches.length === 0 && <p className="t3 sm none">{t('None of them is for this study: it hangs as one series.')}</p>}
          {matches.map((m) => (
            <Row key={m.kept.id} kept={m.kept} on={m.kept.id === active?.kept.id} words={m.why} onHang={hang} />
          ))}
          {others.length > 0 && <div className="h">{t('Others')}</div>}
          {others.map((kept) => (
            <Row key={kept.id} kept={kept} on={kept.id === active?.kept.id} words={kept.damage || (facts && whyNot(kept.hanging, facts)) || conditionWords(kept.hanging.conditions)} onHang={hang} />
          ))}
        </div>
        <div className="row wraps">
          <Switch on={hangsByItself()} onChange={chooseHangingByItself} testid="hanging-automatic">{t('Hang by itself when a study opens')}</Switch>
          <label className="row gap4 t2 sm">
            {t('This window is for')}
            <select className="field" value={roleOf(seat)} onChange={(e) => chooseRole(seat, e.target.value as Role)} data-testid="window-role">
              {Object.entries(ROLE_NAMES).map(([role, name]) => <option key={role} value={role}>{name}</option>)}
            </select>
          </label>
        </div>
      </div>
      <div className="ft row">
        <button className="btn" onClick={() => (onClose(), model.hangings.none())} data-testid="hanging-none">{t('None')}</button>
        <button className="btn" disabled={!active} onClick={() => model.hangings.toggleDefault()} aria-pressed={model.hangings.isDefault} data-testid="hanging-default">{model.hangings.isDefault ? t('No longer the default') : t('Default for such studies')}</button>
        <span className="grow" />
        <Link to="/hangings" className="btn plain" testid="hanging-all">{t('Edit all')}</Link>
        <button className="btn primary" onClick={onSave} data-testid="hanging-save">{t('Save as hanging')}</button>
      </div>
    </div>
  );
}

function Row({ kept, on, words, onHang }: { kept: KeptHanging; on: boolean; words: string; onHang: (kept: KeptHanging) => void }): ReactElement {
  const whose = typeof kept.id === 'string' ? t('comes with the viewer') : kept.shared ? t('everybody’s') : t('yours');
  return (
    <button className={`hangrow ${on ? 'on' : ''}`} aria-current={on} disabled={kept.damage !== ''} onClick={() => onHang(kept)} data-testid="hanging" data-hanging={kept.id}>
      <span className="row"><b className="clip">{kept.hanging.name}</b><span className="grow" /><span className="t3 xs">{gridWords(kept.hanging)} · {whose}</span></span>
      <span className="t2 xs">{words}</span>
    </button>
  );
}

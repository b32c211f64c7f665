/** Keep what is on screen as a hanging: its name, and by what such studies are known again (Alt S). */
import { IconX } from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { proposedName, type Proposed } from '../../../domain/hanging-example';
import { oneCondition } from '../../../domain/hangings';
import { factsNow } from '../../hanging-pool';
import { hangingStore } from '../../hanging-store';
import { Switch } from '../../parts/fields';
import { IconButton } from '../../parts/icon-button';
import { useModal } from '../../parts/use-modal';
import { hangingServer } from '../../server/reading-server';
import type { ViewerModel } from '../../viewer-model';
import './hanging-dialog.css';

export function HangingSave({ model, shares, onClose }: { model: ViewerModel; shares: boolean; onClose: () => void }): ReactElement {
  useModal();
  const [first] = useState(() => ({ facts: factsNow(model), proposed: model.hangings.proposal ?? [] }));
  const [name, setName] = useState(() => (first.facts ? proposedName(first.facts, hangingStore.own.map((k) => k.hanging.name)) : ''));
  const [proposed, setProposed] = useState<readonly Proposed[]>(first.proposed);
  const [shared, setShared] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.select(), []);
  const save = (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setRefused('');
    const rule = model.hangings.example(name.trim(), proposed.filter((p) => p.on).map((p) => p.condition));
    hangingServer.add(rule, shared).then(async () => {
      await hangingStore.ask();
      model.tell(t('“{name}” is kept. It hangs when such a study is opened.', { name: rule.name }));
      onClose();
    }, (error: unknown) => {
      setRefused(error instanceof Error ? error.message : String(error));
      setBusy(false);
    });
  };
  const { rows, columns } = model.hanging;
  return (
    <form className="dlg hangdlg" role="dialog" aria-modal="true" aria-label={t('Save as hanging')} onSubmit={save} onKeyDown={(e) => e.key === 'Escape' && onClose()} data-testid="hanging-save-dialog">
      <div className="hd">
        <h2>{t('Save as hanging')}</h2>
        <span className="grow" />
        <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
      </div>
      <div className="bd">
        <p className="hint">{t('The grid of {rows} × {columns}, its series, windows, planes and links, as they are on screen.', { rows, columns })}</p>
        <label className="col gap4">
          <span className="t2 sm">{t('Name')}</span>
          <input ref={field} className="field" value={name} maxLength={64} required onChange={(e) => setName(e.target.value)} data-testid="hanging-name" />
        </label>
        <div className="conds" role="group" aria-label={t('For studies with')} data-testid="hanging-conditions">
          <span className="t2 sm">{t('For studies with')}</span>
          {proposed.map((p, i) => (
            <Switch key={i} on={p.on} onChange={(on) => setProposed(proposed.with(i, { ...p, on }))} testid="hanging-condition">{oneCondition(p.condition)}</Switch>
          ))}
        </div>
        {proposed.every((p) => !p.on) && <p className="note"><span>{t('Without a condition it is never hung by itself; it can be chosen from the list.')}</span></p>}
        {shares && <Switch on={shared} onChange={setShared} testid="hanging-shared">{t('For everybody')}</Switch>}
        {refused && <div className="note failed" role="alert" data-testid="hanging-refused"><p>{refused}</p></div>}
      </div>
      <div className="ft row">
        <span className="grow" />
        <button type="button" className="btn" onClick={onClose}>{t('Cancel')}</button>
        <button className="btn primary" disabled={busy || !name.trim()} data-testid="hanging-keep">{t('Save')}</button>
      </div>
    </form>
  );
}

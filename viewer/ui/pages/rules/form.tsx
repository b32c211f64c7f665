/** A rule being written, new or known. What cannot be is said at its field, the server's refusals too. */
import { useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { atLevel, canBeTried, faultsOf, isSound, type Rule, type RuleDraft, type RuleFaults, type RuleLevel } from '../../../domain/rules';
import { Segments, Switch } from '../../parts/fields';
import { Link } from '../../parts/link';
import { KeyLines } from './key-lines';
import { Picks } from './picks';

interface Props {
  /** The rule that is changed; missing for a new one. */
  rule: Rule | undefined;
  draft: RuleDraft;
  nodes: readonly string[];
  /** What the server refused of just this draft: at its fields, or in words. */
  refused: { faults: RuleFaults | undefined; words: string } | undefined;
  busy: boolean;
  onDraft: (draft: RuleDraft) => void;
  onSave: () => void;
  onTry: () => void;
  onCancel: () => void;
}

const LEVELS: readonly (readonly [RuleLevel, string])[] = [['study', t('whole studies')], ['series', t('whole series')], ['instance', t('each image')]];

export function RuleForm({ rule, draft, nodes, refused, busy, onDraft, onSave, onTry, onCancel }: Props): ReactElement {
  const form = useRef<HTMLFormElement>(null);
  const [left, setLeft] = useState(false);
  useLayoutEffect(() => {
    form.current?.querySelector('input')?.focus();
    form.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const own = faultsOf(draft);
  const faults = refused?.faults ?? own;
  const set = (change: Partial<RuleDraft>) => onDraft({ ...draft, ...change });
  const tries = canBeTried(own) && !busy;
  const save = (e: FormEvent) => {
    e.preventDefault();
    if (isSound(own) && !busy) onSave();
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === 'Escape') onCancel();
    else if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      if (tries) onTry();
    } else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const nameFault = left || draft.name.length > 3 ? faults.name : '';
  const noNodes = !nodes.length && !draft.send_to.length && !draft.notify.length;
  return (
    <form className="card listform" ref={form} onSubmit={save} onKeyDown={onKey} aria-label={rule ? t('Change {name}', { name: rule.name }) : t('Add a rule')} data-testid="rule-form">
      <div className="hd">
        <b className="grow clip">{rule ? t('Change {name}', { name: rule.name }) : t('Add a rule')}</b>
        <span className="hint">{t('It acts on what arrives after it was made')}</span>
        <Switch on={draft.enabled} onChange={(enabled) => set({ enabled })} testid="rule-enabled">{t('On')}</Switch>
      </div>
      <div className="bd col">
        <Part title={t('Name')}>
          <input className={`field big ${nameFault ? 'bad' : ''}`} value={draft.name} spellCheck={false} autoComplete="off" aria-label={t('Name')} aria-invalid={Boolean(nameFault)} aria-describedby="hint-rule-name" onChange={(e) => set({ name: e.target.value })} onBlur={() => setLeft(true)} data-testid="rule-name" />
          <span className="hint c-failed" id="hint-rule-name">{nameFault}</span>
        </Part>
        <Part title={t('Watches')}>
          <div className="row wrap">
            <Segments label={t('It watches')} value={draft.level} choices={LEVELS} onChange={(level) => onDraft(atLevel(draft, level))} testid="rule-level" />
            {draft.level !== 'instance' && (
              <label className="row quiet t2 sm">
                {t('until nothing new has come for')}
                <input className={`field ${faults.quiet_seconds ? 'bad' : ''}`} value={draft.quiet_seconds} inputMode="numeric" autoComplete="off" aria-label={t('Seconds without anything new')} aria-invalid={Boolean(faults.quiet_seconds)} aria-describedby="hint-rule-quiet" onChange={(e) => set({ quiet_seconds: e.target.value })} data-testid="rule-quiet_seconds" />
                {t('seconds')}
              </label>
            )}
          </div>
          <span className="hint c-failed" id="hint-rule-quiet">{faults.quiet_seconds}</span>
        </Part>
        <Part title={t('Which')}>
          <KeyLines draft={draft} faults={faults} onKeys={(keys) => set({ keys })} />
        </Part>
        {noNodes ? (
          <Part title={t('Send to')}><span className="hint">{t('No node is known yet.')} <Link to="/nodes">{t('Add one on the page Nodes')}</Link></span></Part>
        ) : (
          <>
            <Part title={t('Send to')}><Picks label={t('Send to')} known={nodes} chosen={draft.send_to} onChange={(send_to) => set({ send_to })} testid="rule-send_to" /></Part>
            <Part title={t('Tell')}><Picks label={t('Tell that it is here')} known={nodes} chosen={draft.notify} onChange={(notify) => set({ notify })} testid="rule-notify" /></Part>
          </>
        )}
        <Part title={t('Here')}>
          <div className="row wrap switches">
            <Switch on={draft.prepare} onChange={(prepare) => set({ prepare })} testid="rule-prepare">{t('Prepare it for reading')}</Switch>
          </div>
        </Part>
        {refused && !refused.faults && <div className="note failed" role="alert" data-testid="rule-error"><p>{refused.words} {t('Nothing was changed.')}</p></div>}
        <div className="row wrap">
          <span className={`hint grow ${faults.does ? 'c-failed' : ''}`} data-testid="rule-does">{faults.does === undefined ? t('Nothing goes back to the node that it came from') : faults.does || t('Choose a node, or let it be prepared')}</span>
          <button type="button" className="btn" disabled={!tries} onClick={onTry} data-testid="rule-try">{t('Try it')} <kbd>Ctrl</kbd><kbd>Enter</kbd></button>
          <button type="button" className="btn plain" onClick={onCancel} data-testid="rule-cancel">{t('Cancel')} <kbd>Esc</kbd></button>
          <button className="btn primary" disabled={!isSound(own) || busy} data-testid="rule-save">{t('Save')} <kbd>Enter</kbd></button>
        </div>
      </div>
    </form>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }): ReactElement {
  return (
    <div className="part">
      <h3>{title}</h3>
      <div className="col gap4">{children}</div>
    </div>
  );
}

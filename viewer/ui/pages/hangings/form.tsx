/** A hanging is written: its name, for which studies it is, its grids and what hangs in each cell. */
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { t } from '../../../core/language';
import { MOST_ROWS } from '../../../domain/hanging';
import { noteWords } from '../../../domain/hanging-notes';
import { ATTRIBUTE_NAMES, ROLE_NAMES, TEST_NAMES, type Attribute, type Cell, type Condition, type HangingRule, type Role, type Screen, type Test } from '../../../domain/hangings';
import { Switch } from '../../parts/fields';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { CellForm } from './cell-form';
import { Grid } from './panel';

interface Props {
  draft: { id: number | undefined; rule: HangingRule; shared: boolean; notes: readonly string[] };
  shares: boolean;
  busy: boolean;
  onDraft: (rule: HangingRule, shared: boolean) => void;
  onSave: () => void;
  onCancel: () => void;
}

const SIDES = Array.from({ length: MOST_ROWS }, (_, i) => i + 1);
const MOST_SCREENS = 8;

export function HangingForm({ draft, shares, busy, onDraft, onSave, onCancel }: Props): ReactElement {
  const { rule, shared, notes } = draft;
  const [place, setPlace] = useState<[number, number]>([0, 0]);
  const change = (changed: Partial<HangingRule>) => onDraft({ ...rule, ...changed }, shared);
  const [n, at] = [Math.min(place[0], rule.screens.length - 1), place[1]];
  const screen = rule.screens[n] as Screen;
  const setScreen = (changed: Partial<Screen>) => change({ screens: rule.screens.with(n, { ...screen, ...changed }) });
  const regrid = (rows: number, columns: number) => {
    setScreen({ rows, columns, cells: Array.from({ length: rows * columns }, (_, i) => screen.cells[i] ?? {}) });
    setPlace([n, Math.min(at, rows * columns - 1)]);
  };
  const setCondition = (i: number, condition: Condition | undefined) => change({ conditions: condition ? rule.conditions.with(i, condition) : rule.conditions.toSpliced(i, 1) });
  const save = (e: FormEvent) => {
    e.preventDefault();
    onSave();
  };
  return (
    <form className="card hangform" onSubmit={save} data-testid="hanging-form">
      {notes.length > 0 && (
        <div className="note" role="status" data-testid="hanging-notes">
          <div><p><b>{t('What could not be taken over')}</b></p>{notes.map((note) => <Note key={note} note={note} />)}</div>
        </div>
      )}
      <div className="row wraps">
        <label className="row gap4">{t('Name')}<input className="field wide" value={rule.name} maxLength={64} required autoFocus onChange={(e) => change({ name: e.target.value })} data-testid="form-name" /></label>
        <Switch on={rule.linked} onChange={(linked) => change({ linked })} testid="form-linked">{t('Viewports are linked')}</Switch>
        {shares && <Switch on={shared} onChange={(on) => onDraft(rule, on)} testid="form-shared">{t('For everybody')}</Switch>}
      </div>
      <fieldset>
        <legend className="t2 sm">{t('For studies with')}</legend>
        {rule.conditions.map((condition, i) => <ConditionRow key={i} condition={condition} onChange={(c) => setCondition(i, c)} />)}
        <button type="button" className="btn plain" onClick={() => change({ conditions: [...rule.conditions, { attribute: 'body_part', test: 'is', values: [''] }] })} data-testid="form-add-condition"><Icon of={IconPlus} size="m" />{t('One more condition')}</button>
      </fieldset>
      <fieldset>
        <legend className="t2 sm">{t('What hangs where')}</legend>
        <div className="row wraps">
          {rule.screens.map((_, i) => <button key={i} type="button" className={`chip ${i === n ? 'on' : ''}`} aria-pressed={i === n} onClick={() => setPlace([i, 0])} data-testid="form-screen">{t('Window {number}', { number: i + 1 })}</button>)}
          {rule.screens.length < MOST_SCREENS && <button type="button" className="btn plain" onClick={() => {
            change({ screens: [...rule.screens, { role: rule.screens.length === 1 ? 'prior' : '', rows: 1, columns: 1, cells: [{}] }] });
            setPlace([rule.screens.length, 0]);
          }} data-testid="form-add-screen"><Icon of={IconPlus} size="m" />{t('Another window')}</button>}
          {rule.screens.length > 1 && <button type="button" className="btn plain" onClick={() => change({ screens: rule.screens.toSpliced(n, 1) })}>{t('Without this window')}</button>}
          <label className="row gap4 t2 sm">{t('for {#a role}')}
            <select className="field" value={screen.role} onChange={(e) => setScreen({ role: e.target.value as Role })} data-testid="form-role">{Object.entries(ROLE_NAMES).map(([role, name]) => <option key={role} value={role}>{name}</option>)}</select>
          </label>
          <label className="row gap4 t2 sm">{t('Rows')}<Side value={screen.rows} onChange={(rows) => regrid(rows, screen.columns)} testid="form-rows" /></label>
          <label className="row gap4 t2 sm">{t('Columns')}<Side value={screen.columns} onChange={(columns) => regrid(screen.rows, columns)} testid="form-columns" /></label>
        </div>
        <Grid screen={screen} at={at} onPick={(cell) => setPlace([n, cell])} />
        <CellForm key={`${n} ${at}`} cell={screen.cells[at] ?? {}} onChange={(cell: Cell) => setScreen({ cells: screen.cells.with(at, cell) })} />
      </fieldset>
      <div className="row">
        <span className="grow" />
        <button type="button" className="btn" onClick={onCancel} data-testid="form-cancel">{t('Cancel')}</button>
        <button className="btn primary" disabled={busy || !rule.name.trim()} data-testid="form-save">{t('Save')}</button>
      </div>
    </form>
  );
}

function Note({ note }: { note: string }): ReactElement {
  const { words, foreign } = noteWords(note);
  return <p lang={foreign ? 'en' : undefined}>{words}</p>;
}

function Side({ value, onChange, testid }: { value: number; onChange: (n: number) => void; testid: string }): ReactElement {
  return <select className="field" value={value} onChange={(e) => onChange(Number(e.target.value))} data-testid={testid}>{SIDES.map((s) => <option key={s}>{s}</option>)}</select>;
}

function isCounted(attribute: Attribute): boolean {
  return attribute === 'priors' || attribute === 'comparable';
}

function ConditionRow({ condition, onChange }: { condition: Condition; onChange: (condition: Condition | undefined) => void }): ReactElement {
  const { attribute, test, values } = condition;
  const become = (next: Attribute) => onChange(isCounted(next) ? { attribute: next, test: 'at_least', values: ['1'] } : { attribute: next, test: test === 'at_least' ? 'is' : test, values: isCounted(attribute) ? [''] : values });
  const judge = (next: Test) => onChange({ ...condition, test: next, values: next === 'any' ? [] : values.length ? values : [''] });
  const tests = Object.entries(TEST_NAMES).filter(([id]) => (id === 'at_least') === isCounted(attribute));
  return (
    <div className="row condrow" data-testid="form-condition">
      <select className="field" aria-label={t('What')} value={attribute} onChange={(e) => become(e.target.value as Attribute)} data-testid="form-attribute">{Object.entries(ATTRIBUTE_NAMES).map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select>
      <select className="field" aria-label={t('How')} value={test} onChange={(e) => judge(e.target.value as Test)}>{tests.map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select>
      {test !== 'any' && <input className="field wide" aria-label={t('Values, with commas')} title={t('Values, with commas')} required value={values.join(', ')} onChange={(e) => onChange({ ...condition, values: e.target.value.split(',').map((v) => v.trimStart()) })} data-testid="form-values" />}
      <IconButton label={t('Without this condition')} icon={IconX} onClick={() => onChange(undefined)} />
    </div>
  );
}

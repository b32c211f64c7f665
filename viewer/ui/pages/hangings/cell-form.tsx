/** What hangs in one cell: which series, else which, and what is done with it. */
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { t } from '../../../core/language';
import { PLANE_NAMES, type Cell, type Selector, type Show } from '../../../domain/hangings';
import type { Sequence } from '../../../domain/mr-sequence';
import { Switch } from '../../parts/fields';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';

const MOST_PICKS = 8;
const SEQUENCES: readonly Sequence[] = ['T1', 'T2', 'FLAIR', 'STIR', 'PD', 'DWI', 'ADC', 'SWI'];
const PLANES = (['ax', 'cor', 'sag'] as const).map((plane) => [plane, PLANE_NAMES[plane]] as const);

export function CellForm({ cell, onChange }: { cell: Cell; onChange: (cell: Cell) => void }): ReactElement {
  const picks = cell.pick ?? [];
  const setPick = (i: number, pick: Selector | undefined) => onChange({ ...cell, pick: pick ? picks.with(i, pick) : picks.toSpliced(i, 1) });
  return (
    <div className="cellform" data-testid="cell-form">
      {picks.map((pick, i) => (
        <div className="row wraps pickrow" key={i} data-testid="cell-pick">
          <span className="t3 xs word">{i ? t('else {#another series}') : t('Series')}</span>
          <SelectorFields pick={pick} onChange={(p) => setPick(i, p)} />
          <IconButton label={t('Without this choice')} icon={IconX} onClick={() => setPick(i, undefined)} />
        </div>
      ))}
      {picks.length < MOST_PICKS && <button type="button" className="btn plain" onClick={() => onChange({ ...cell, pick: [...picks, {}] })} data-testid="cell-add-pick"><Icon of={IconPlus} size="m" />{picks.length ? t('If there is none: another one') : t('Hang a series here')}</button>}
      {picks.length > 0 && <ShowFields show={cell.show ?? {}} onChange={(show) => onChange({ ...cell, show })} />}
    </div>
  );
}

function without<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== '' && v !== undefined && v !== null && v !== false)) as T;
}

function SelectorFields({ pick, onChange }: { pick: Selector; onChange: (pick: Selector) => void }): ReactElement {
  const set = (changed: Partial<Record<keyof Selector, unknown>>) => {
    const next = { ...pick, ...changed } as Selector;
    // false is an answer here: without contrast.
    onChange({ ...without(next), ...(next.contrast === false ? { contrast: false } : {}) });
  };
  const text = (name: 'modality' | 'description' | 'body_part' | 'laterality' | 'view', label: string, size: number) => (
    <Labelled label={label}><input className="field" size={size} maxLength={64} value={pick[name] ?? ''} onChange={(e) => set({ [name]: e.target.value })} data-testid={`pick-${name}`} /></Labelled>
  );
  return (
    <>
      <Labelled label={t('Study')}>
        <select className="field" value={pick.study ?? 0} onChange={(e) => set({ study: Number(e.target.value) || undefined })}>
          {[0, 1, 2, 3, 4].map((n) => <option key={n} value={n}>{n ? t('earlier study {number}', { number: n }) : t('current study')}</option>)}
        </select>
      </Labelled>
      {text('modality', t('Kind'), 4)}
      {text('description', t('Description with'), 12)}
      {text('body_part', t('Body part'), 8)}
      <Labelled label={t('Plane')}><Select value={pick.orientation ?? ''} choices={PLANES} onChange={(orientation) => set({ orientation })} /></Labelled>
      {text('laterality', t('Side'), 2)}
      {text('view', t('View'), 5)}
      <Labelled label={t('Contrast')}><Select value={pick.contrast === true ? 'yes' : pick.contrast === false ? 'no' : ''} choices={[['yes', t('with')], ['no', t('without')]]} onChange={(v) => set({ contrast: v === '' ? undefined : v === 'yes' })} /></Labelled>
      <Labelled label={t('Sequence')}><Select value={pick.sequence ?? ''} choices={SEQUENCES.map((name) => [name, name] as const)} onChange={(sequence) => set({ sequence })} testid="pick-sequence" /></Labelled>
      <Labelled label={t('Like cell')}><input className="field" type="number" min={1} max={25} value={pick.like ?? ''} onChange={(e) => set({ like: Number(e.target.value) >= 1 ? Math.min(Math.trunc(Number(e.target.value)), 25) : undefined })} data-testid="pick-like" /></Labelled>
      <Labelled label={t('Which one')}><input className="field" type="number" min={1} max={99} value={pick.place ?? 1} onChange={(e) => set({ place: Number(e.target.value) > 1 ? Math.min(Number(e.target.value), 99) : undefined })} /></Labelled>
    </>
  );
}

function ShowFields({ show, onChange }: { show: Show; onChange: (show: Show) => void }): ReactElement {
  const set = (changed: Partial<Record<keyof Show, unknown>>) => onChange(without({ ...show, ...changed } as Show));
  const [center, width] = show.window ?? [];
  const setWindow = (c: number | undefined, w: number | undefined) => set({ window: c === undefined && !w ? undefined : [c ?? 0, Math.max(w ?? 1, 1e-3)] });
  const numberOf = (value: string) => (value === '' || !Number.isFinite(Number(value)) ? undefined : Number(value));
  return (
    <div className="row wraps pickrow" data-testid="cell-show">
      <span className="t3 xs word">{t('Shown')}</span>
      <Labelled label={t('Window width')}><input className="field" type="number" step="any" size={6} value={width ?? ''} onChange={(e) => setWindow(center, numberOf(e.target.value))} data-testid="show-width" /></Labelled>
      <Labelled label={t('Window level')}><input className="field" type="number" step="any" size={6} value={center ?? ''} onChange={(e) => setWindow(numberOf(e.target.value), width)} data-testid="show-level" /></Labelled>
      <Labelled label={t('As')}><Select value={show.plane ?? ''} choices={[...PLANES.map(([p, name]) => [p, `MPR ${name}`] as const), ['3d', PLANE_NAMES['3d']]]} onChange={(plane) => set({ plane })} testid="show-plane" /></Labelled>
      <Labelled label={t('Laid over')}><input className="field" size={3} maxLength={16} value={show.over ?? ''} onChange={(e) => set({ over: e.target.value })} /></Labelled>
      <Labelled label={t('Tiles')}><Select value={String(show.tiles ?? '')} choices={['2', '3', '4', '5', '6', '7', '8'].map((n) => [n, `${n} × ${n}`] as const)} onChange={(n) => set({ tiles: n ? Number(n) : undefined })} /></Labelled>
      <Labelled label={t('Size')}><Select value={show.size ?? ''} choices={[['true', t('true size')]]} onChange={(size) => set({ size })} /></Labelled>
      <Labelled label={t('Stands')}><Select value={show.justify ?? ''} choices={[['left', t('left {#side of a viewport}')], ['right', t('right {#side of a viewport}')]]} onChange={(justify) => set({ justify })} /></Labelled>
      <Labelled label={t('Flipped')}><Select value={show.flip ?? ''} choices={[['h', t('left and right')], ['v', t('top and bottom')]]} onChange={(flip) => set({ flip })} /></Labelled>
      <Switch on={show.inverted === true} onChange={(inverted) => set({ inverted })} testid="show-inverted">{t('Inverted')}</Switch>
      <Switch on={show.cine === true} onChange={(cine) => set({ cine })} testid="show-cine">{t('Plays')}</Switch>
    </div>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return <label className="col labelled"><span className="t3 xs">{label}</span>{children}</label>;
}

function Select<T extends string>({ value, choices, onChange, testid }: { value: T | ''; choices: readonly (readonly [string, string])[]; onChange: (value: string) => void; testid?: string }): ReactElement {
  return (
    <select className="field" value={value} onChange={(e) => onChange(e.target.value)} data-testid={testid}>
      <option value="">{t('any {#nothing is asked or done}')}</option>
      {choices.map(([id, name]) => <option key={id} value={id}>{name}</option>)}
    </select>
  );
}

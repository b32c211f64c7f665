/** Hangs studies by rules: the best one when they open, another one when the reader says so, and rules from what is on screen. */
import { t } from '../core/language';
import { exampleOf, proposedConditions, type Arranged, type Proposed } from '../domain/hanging-example';
import type { Hanging } from '../domain/hanging';
import { isUndecided, isWorthwhile, kindKey, matchesOf, whyWords, type Matched } from '../domain/hanging-match';
import { pickCells, type Picked } from '../domain/hanging-picks';
import { screenFor, type Condition, type HangingRule, type KeptHanging, type Screen } from '../domain/hangings';
import { isCompanion, openingSeries, type Series } from '../domain/study';
import { dressCells, hangingOf, prepareViews, showOf } from './hanging-dress';
import { candidateOf, factsNow, poolOf, studiesOf } from './hanging-pool';
import { isHidden } from './hidden-classes';
import { defaultFor, hangingStore, hangsByItself, makeDefault, roleOf } from './hanging-store';
import { seriesOfCell } from './stage/reformatting';
import type { ViewerModel } from './viewer-model';
import { windows } from './windows';

/** Rules that are on their way are waited for so long, in a browser that has never seen them. */
const RULES_MS = 250;
/** Series whose metadata are read to find a cell's series. */
const MOST_READ = 40;

export class HangingDesk {
  /** What hangs; undefined: the reader's own way. */
  active: { kept: KeptHanging; picked: Picked; why: string } | undefined;
  /** Hung by itself, and the cells are as they were hung. */
  private watched: Hanging | undefined;

  constructor(private readonly model: ViewerModel) {}

  /** All that are for what is open, the best first. */
  get matches(): readonly Matched[] {
    const facts = factsNow(this.model);
    return facts ? matchesOf(hangingStore.all, facts, poolOf(this.model), this.screen, defaultFor(kindKey(facts))) : [];
  }

  private readonly screen = (rule: HangingRule): Screen | undefined => screenFor(rule, roleOf(windows.me.seat), windows.me.seat);

  /** Before the studies are hung: rules of a browser that has none yet. */
  ready(): Promise<void> {
    return hangsByItself() ? hangingStore.ready(RULES_MS) : Promise.resolve();
  }

  /** What hangs when the studies open; undefined: nothing says. No waiting: over what the study's detail tells. */
  opening(): Hanging | undefined {
    if (!hangsByItself()) return undefined;
    const best = this.matches[0];
    if (!best) return undefined;
    const screen = this.screen(best.kept.hanging);
    if (!screen) return undefined;
    const hanging = hangingOf(screen, best.picked.cells);
    prepareViews(this.model, screen, hanging);
    this.active = best;
    this.watched = hanging;
    this.model.linker.on = best.kept.hanging.linked && hanging.cells.length > 1;
    return hanging;
  }

  /** After the first series was asked for: the others, earlier studies, planes and what lies over. */
  async opened(): Promise<void> {
    if (!hangsByItself()) return;
    this.watched ??= this.model.hanging;
    await this.decide();
    await this.settle();
    // Rules that came late.
    await hangingStore.asked();
    if (await this.decide()) await this.settle();
  }

  /** Rules that say for which view or procedure they are, which only metadata tell: the best one hangs after all. True when it is another one. */
  private async decide(): Promise<boolean> {
    const { model } = this;
    const facts = factsNow(model);
    const study = model.studies[0];
    if (!facts || !study || model.isClosed) return false;
    if (hangingStore.all.some(({ hanging, damage }) => !damage && isUndecided(hanging, facts))) await this.readSeries(study.series);
    const [best] = this.matches;
    return Boolean(best && typeof best.kept.id === 'number' && best.kept.id !== this.active?.kept.id && this.isUntouched && this.lay(best));
  }

  private async settle(): Promise<void> {
    await this.fill();
    const { active } = this;
    // Metadata say that too little of it is here: another one hangs.
    if (active && !isWorthwhile(active.picked, typeof active.kept.id === 'string') && this.isUntouched) {
      if (!this.lay(this.matches[0])) this.layOne();
    }
    await this.dress();
    this.explain();
  }

  /** The reader did nothing that could be taken back, and the cells are as they were hung. */
  private get isUntouched(): boolean {
    const { model, watched } = this;
    return !model.isClosed && !model.undoable && watched !== undefined && watched.rows === model.hanging.rows && watched.columns === model.hanging.columns && model.hanging.cells.every((cell, i) => cell === watched.cells[i]);
  }

  /** Instead of what hangs, before the reader did anything: no step that could be taken back. False when there is nothing to lay. */
  private lay(best: Matched | undefined): boolean {
    const { model } = this;
    const screen = best && this.screen(best.kept.hanging);
    if (!best || !screen) return false;
    const hanging = hangingOf(screen, best.picked.cells);
    this.active = best;
    this.watched = hanging;
    model.linker.on = best.kept.hanging.linked && hanging.cells.length > 1;
    model.hangAll(hanging);
    prepareViews(model, screen, hanging);
    return true;
  }

  private layOne(): void {
    const first = openingSeries(this.model.studies);
    this.active = undefined;
    if (first) this.model.hangAll({ rows: 1, columns: 1, cells: [first] });
  }

  private async dress(): Promise<void> {
    const { active, model } = this;
    const screen = active && this.screen(active.kept.hanging);
    if (screen && !model.isClosed) await dressCells(model, screen, model.hanging, () => !model.undoable);
  }

  /** One that cannot be read is said: its empty cell looks as if there were none. */
  private async fetchStudy(uid: string): Promise<void> {
    try {
      await this.model.join(uid);
    } catch {
      this.model.tell(t('An earlier study could not be read: its viewports stay empty.'));
    }
  }

  private async readSeries(series: readonly Series[]): Promise<void> {
    await Promise.all(series.filter((s) => s.is_image && !isCompanion(s.modality)).slice(0, MOST_READ).map((s) => this.model.fetchSet(s.series_instance_uid)));
  }

  /** Cells that waited for metadata or an earlier study get their series; what hangs already stays. */
  private async fill(): Promise<void> {
    const { active, model } = this;
    const screen = active && this.screen(active.kept.hanging);
    if (!active || !screen) return;
    if (active.picked.possible) {
      const wanted = new Set(screen.cells.flatMap((cell) => (cell.pick ?? []).map((s) => s.study ?? 0)));
      const studies = studiesOf(model).filter((_, n) => wanted.has(n));
      for (const study of studies) await this.fetchStudy(study.study_instance_uid);
      const series = model.studies.filter((s) => studies.some((w) => w.study_instance_uid === s.study_instance_uid)).flatMap((s) => s.series);
      await this.readSeries(series);
      if (model.isClosed || this.active !== active) return;
      const picked = pickCells(screen, poolOf(model));
      this.active = { ...active, picked, why: whyWords(active.kept.hanging, picked) };
      this.place(screen, picked);
    }
    await Promise.all(model.hanging.cells.filter(Boolean).map((cell) => model.fetchSet(seriesOfCell(cell))));
  }

  /** Into cells that are empty, while the grid is the one that was hung. */
  private place(screen: Screen, picked: Picked): void {
    const { model, watched } = this;
    const wanted = hangingOf(screen, picked.cells);
    if (!watched || watched.rows !== model.hanging.rows || watched.columns !== model.hanging.columns) return;
    const isFirst = model.hanging.cells.every((cell) => !cell);
    const cells = model.hanging.cells.map((cell, i) => cell || (isFirst || !model.hanging.cells.includes(wanted.cells[i] ?? '') ? (wanted.cells[i] ?? '') : ''));
    if (!cells.some(Boolean)) {
      const first = openingSeries(model.studies, isHidden);
      if (first) cells[0] = first;
    }
    prepareViews(model, screen, { ...model.hanging, cells: cells.map((cell, i) => (cell === model.hanging.cells[i] ? '' : cell)) });
    model.hangAll({ ...model.hanging, cells });
    this.watched = model.hanging;
  }

  private explain(): void {
    if (this.active && !this.model.isClosed) this.model.update();
  }

  // ---- what the reader does

  /** Hang by one of the list; it need not match. */
  async hang(kept: KeptHanging): Promise<void> {
    const { model } = this;
    const screen = this.screen(kept.hanging) ?? kept.hanging.screens[0];
    if (!screen) return model.tell(kept.damage || t('This hanging has nothing to hang.'));
    const pool = poolOf(model);
    let picked = pickCells(screen, pool);
    if (!picked.found && !picked.possible) return model.tell(t('None of the series that “{name}” asks for is here.', { name: kept.hanging.name }));
    this.active = { kept, picked, why: whyWords(kept.hanging, picked) };
    if (picked.possible) {
      await this.read(screen);
      picked = pickCells(screen, poolOf(model));
      this.active = { kept, picked, why: whyWords(kept.hanging, picked) };
      if (!picked.found) return model.tell(t('None of the series that “{name}” asks for is here.', { name: kept.hanging.name }));
    }
    const hanging = hangingOf(screen, picked.cells);
    this.watched = hanging;
    if (model.multiplanar.active) model.multiplanar.leave();
    model.hangCells(hanging, 0);
    prepareViews(model, screen, hanging);
    model.linker.on = kept.hanging.linked && hanging.cells.length > 1;
    model.tell(`${kept.hanging.name}. ${this.active.why}`);
    await Promise.all(hanging.cells.filter(Boolean).map((cell) => model.fetchSet(seriesOfCell(cell))));
    await dressCells(model, screen, hanging);
  }

  private async read(screen: Screen): Promise<void> {
    const { model } = this;
    const wanted = new Set(screen.cells.flatMap((cell) => (cell.pick ?? []).map((s) => s.study ?? 0)));
    for (const [n, study] of studiesOf(model).entries()) if (wanted.has(n)) await this.fetchStudy(study.study_instance_uid);
    await this.readSeries(model.studies.flatMap((s) => s.series));
  }

  /** The next of those that match, after the last the first. */
  next(step: 1 | -1): void {
    const { matches } = this;
    const at = matches.findIndex((m) => m.kept.id === this.active?.kept.id);
    const next = matches[(at + step + matches.length) % matches.length];
    if (!next) return this.model.tell(t('No hanging is for this study.'));
    void this.hang(next.kept);
  }

  /** One series, as without rules. */
  none(): void {
    const { model } = this;
    const first = openingSeries(model.studies, isHidden);
    this.active = undefined;
    if (model.multiplanar.active) model.multiplanar.leave();
    if (first) model.hangCells({ rows: 1, columns: 1, cells: [first] }, 0);
    model.tell(t('No hanging: one series.'));
  }

  get isDefault(): boolean {
    const facts = factsNow(this.model);
    return facts !== undefined && this.active !== undefined && defaultFor(kindKey(facts)) === this.active.kept.id;
  }

  /** For such studies, or no longer. */
  toggleDefault(): void {
    const { active, model } = this;
    const facts = factsNow(model);
    if (!facts || !active) return model.tell(t('Choose a hanging first.'));
    const was = this.isDefault;
    makeDefault(kindKey(facts), was ? undefined : active.kept.id);
    const what = [facts.modality.join(' + '), facts.body_part.join(', ')].filter(Boolean).join(' ');
    model.tell(was ? t('“{name}” is no longer the default.', { name: active.kept.hanging.name }) : t('“{name}” is the default for {what} now.', { name: active.kept.hanging.name, what }));
  }

  // ---- by example

  private get arranged(): Arranged[] {
    const { model } = this;
    const studies = studiesOf(model);
    return model.hanging.cells.map((cell, i) => {
      const id = seriesOfCell(cell);
      const state = model.series.get(id);
      const study = state ? studies.findIndex((s) => s.study_instance_uid === state.study.study_instance_uid) : -1;
      return { of: state && study >= 0 ? candidateOf(id, state, study) : undefined, show: showOf(model, i) };
    });
  }

  /** Conditions to be asked about; undefined where nothing hangs. */
  get proposal(): readonly Proposed[] | undefined {
    const facts = factsNow(this.model);
    const { arranged } = this;
    return facts && arranged.some((a) => a.of) ? proposedConditions(facts, arranged) : undefined;
  }

  example(name: string, conditions: readonly Condition[]): HangingRule {
    const { model } = this;
    return exampleOf(name, conditions, model.hanging, this.arranged, model.linker.on, roleOf(windows.me.seat));
  }
}

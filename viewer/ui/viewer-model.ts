/** The viewer without its picture: studies, series, what hangs where, which tool. React reads it, tests may too. */
import type { DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { besideEachOther, bestPrior, mostAlike, newestFirst } from '../domain/compare';
import { cineOf, type Cine } from '../domain/cine';
import { displaySetOf, type DisplaySet, type ImageRef } from '../domain/display-sets';
import { neighbour, place, regrid, swap, type Hanging } from '../domain/hanging';
import { Steps, type Step } from '../domain/history';
import { readView, type KeptLayout, type KeptView } from '../domain/layout-kept';
import { inOrder, type Stack } from '../domain/load-plan';
import { noteMappings } from '../domain/real-world';
import { kindOfClass } from '../domain/object-kinds';
import { isRun, seriesOfRun } from '../domain/runs';
import { ServerError, type Server } from '../domain/server';
import type { KnownLength } from './image-size';
import { slicesOfSlab } from './slab';
import { bySeriesNumber, isCompanion, openingSeries, samePatient, type Series, type StudyDetail } from '../domain/study';
import type { KeptOver } from '../domain/volume-kept';
import { arrange, arrangementOf, type Arrangement } from './arrangement';
import { keptOf, viewOf } from './kept-views';
import { OwnStates } from './own-states';
import { layAgain } from './laid-over';
import { connection } from './server/connection';
import { HangingDesk } from './hanging-desk';
import { Multiplanar } from './multiplanar';
import { pixelsPerMm } from './calibration';
import { KeyImages } from './key-images';
import { adoptRuns, railOrder } from './runs';
import { StateBook } from './states/book';
import { ToolHelpState } from './tool-help';
import { startDecoder } from './stage/decoder';
import { bytesOf, failureOf, follow, forgetAll, imageId, isWhole, onChange, paintAhead, register } from './stage/frames';
import { LayerBook } from './stage/layers';
import { MeshBook } from './stage/meshes';
import { Linker } from './stage/linker';
import { planeOfCell, seriesOfCell } from './stage/reformatting';
import type { Stage } from './stage/stage';
import { differences, lookOf, wear, wordsOf, type Look } from './stage/looks';
import { SharedReading } from './shared-reading';
import { FRESH, type Snapshot, type View } from './stage/view';

export type Tool = 'mask' | 'window' | 'pan' | 'zoom' | 'scroll' | 'probe' | 'magnify' | 'crosshair' | 'curve' | 'size';
export type PanelTab = 'image' | 'compare' | 'tags';

export interface SeriesState {
  study: StudyDetail;
  series: Series;
  set: DisplaySet | undefined;
  /** Frames in the cache and frames that failed, of set.images. */
  loaded: number;
  failed: number;
  /** Frames that are to be fetched as things are, those in memory among them; memory may not hold all. */
  wanted: number;
  error: string;
}

/** How each cell looks, and which series it is. */
export type Looks = Map<number, { uid: string; look: Look }>;

/** Some of its frames are there and more are coming. */
export function isFetched({ loaded, failed, wanted }: SeriesState): boolean {
  return loaded > 0 && loaded + failed < wanted;
}

/** Progress is counted and told so often at most. */
const COUNT_MS = 60;
/** Metadata of further series wait for the first image, but not for ever. */
/** The page is not made before that, unless the metadata of its first series are here. */
const HEAD_START_MS = 40;
const PATIENCE_MS = 1000;
const NOTICE_MS = 8000;

export class ViewerModel {
  private readonly listeners = new Set<() => void>();
  private readonly views = new Map<string, View>();
  private readonly pending = new Map<string, Promise<DisplaySet | undefined>>();
  hanging: Hanging = { rows: 1, columns: 1, cells: [''] };
  private readonly steps = new Steps();
  private readonly ids = new WeakMap<DisplaySet, string[]>();
  private readonly seriesOf = new Map<string, string>();
  private readonly changed = new Set<string>();
  private counting: ReturnType<typeof setTimeout> | undefined;
  private readonly forgetChanges: () => void;
  private readingRest = false;
  private closed = false;
  /** The series whose first image comes before there is a viewport for it; '' when that is over. */
  private opening = '';
  /** Ends with the page: what waits for the server waits no longer. */
  private readonly life = new AbortController();
  readonly stages = new Map<number, Stage>();
  /** What lies over the images of all viewports. */
  readonly layers = new LayerBook();
  /** What is seen in volumes in three dimensions. */
  readonly meshes = new MeshBook();
  /** Presentation states, and what they do to images. */
  readonly states = new StateBook((series) => this.series.get(series)?.set, pixelsPerMm);
  readonly keys = new KeyImages(this);
  /** What views of other kinds than images keep. */
  readonly own = new OwnStates();
  readonly linker = new Linker(() => [...this.stages.values()]);
  readonly multiplanar = new Multiplanar(this);
  /** Hangs by rules. */
  readonly hangings = new HangingDesk(this);
  readonly toolHelp = new ToolHelpState(() => this.update());
  /** With the other windows of the session. */
  readonly together = new SharedReading(this);
  studies: StudyDetail[] = [];
  series = new Map<string, SeriesState>();
  failure: { title: string; detail: string } | undefined;
  loading = true;
  active = 0;
  maximised = false;
  tool: Tool = 'window';
  panel = false;
  tab: PanelTab = 'image';
  /** An object that is not shown, whose tags are read. */
  tagged: DataSet | undefined;
  texts = true;
  /** The form that keeps the window as a preset is open. */
  keeping = false;
  /** The line over a known length that is being drawn. */
  known: KnownLength | undefined;
  referenceLines = false;
  playing = false;
  private readonly cines = new Map<string, Cine>();
  /** Do a command by its name; the page knows how. */
  run: (id: string) => boolean = () => false;
  /** Take back what the pointer is doing. Undefined while it does nothing. */
  cancel: (() => void) | undefined;
  /** Where the menu on the image is open, in CSS pixels of the page. */
  menu: { x: number; y: number } | 'middle' | undefined;
  /** The menu of grids is open. */
  picking = false;
  /** The viewport that a finger looks into. */
  loupe: number | undefined;
  /** A short answer to the last command, in the foot. */
  notice = '';
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  version = 0;

  constructor(private readonly server: Server) {
    this.forgetChanges = onChange((id) => this.noteChange(id));
  }

  /** The viewer is left: nothing more is fetched, and no frame is kept. */
  close(): void {
    this.closed = true;
    this.life.abort();
    this.forgetChanges();
    clearTimeout(this.counting);
    this.multiplanar.close();
    this.together.close();
    forgetAll();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  update(change: Partial<Pick<ViewerModel, 'active' | 'maximised' | 'tool' | 'panel' | 'tab' | 'tagged' | 'texts' | 'keeping' | 'known' | 'referenceLines' | 'notice' | 'playing' | 'menu' | 'loupe' | 'picking'>> = {}): void {
    Object.assign(this, change);
    if ('active' in change || 'maximised' in change) this.plan();
    this.version++;
    for (const listener of this.listeners) listener();
  }

  /** Say something in the foot for a while. */
  tell(notice: string): void {
    clearTimeout(this.noticeTimer);
    this.update({ notice });
    this.noticeTimer = setTimeout(() => this.update({ notice: '' }), NOTICE_MS);
  }

  /** Words of what would be taken back and done again, '' for nothing. */
  get undoable(): string {
    return this.steps.undoable;
  }

  get redoable(): string {
    return this.steps.redoable;
  }

  stage(): Stage | undefined {
    return this.stages.get(this.active);
  }

  /** How the active series plays: as the object asks until the reader says otherwise. */
  get cine(): Cine {
    const uid = this.hanging.cells[this.active] ?? '';
    return this.cines.get(uid) ?? cineOf(this.series.get(uid)?.set);
  }

  setCine(change: Partial<Cine>): void {
    this.cines.set(this.hanging.cells[this.active] ?? '', { ...this.cine, ...change });
    this.update();
  }

  /** Series in the order of the rail. */
  order(): string[] {
    return this.studies.flatMap((study) => study.series.map((s) => s.series_instance_uid));
  }

  // ---- opening

  /** beside: one series of each study side by side, the newest first; else the first study alone, the others in the rail. */
  async open(uids: readonly string[], beside = false, kept?: KeptLayout): Promise<void> {
    performance.mark('rr:open', { detail: { studies: [...uids] } });
    const asked = Promise.allSettled((kept ? [...new Set([...uids, ...kept.open])] : uids).map((uid) => this.study(uid)));
    startDecoder(); // while the server answers
    const [results] = await Promise.all([asked, this.hangings.ready()]);
    this.studies = results.filter((r) => r.status === 'fulfilled').map((r) => r.value);
    this.failure = failureOfOpening(results);
    for (const study of this.studies) this.adopt(study);
    this.loading = false;
    if (kept && this.putBack(kept)) return;
    const compared = beside && this.studies.length > 1 ? newestFirst(this.studies) : [];
    const first = openingSeries(compared.slice(0, 1)) ?? openingSeries(this.studies);
    if (first) {
      const hung = compared.length ? undefined : this.hangings.opening();
      this.hanging = hung ?? { rows: 1, columns: 1, cells: [first] };
      // Mostly it was asked ahead and is here: its first image is then on its way while the page is made.
      this.opening = this.hanging.cells.includes(first) ? first : '';
      await Promise.race([this.fetchSet(first), new Promise((resolve) => setTimeout(resolve, HEAD_START_MS))]);
      this.opening = '';
    }
    this.update();
    if (first) await this.fetchSet(first);
    if (first && !compared.length) void this.hangings.opened();
    void this.readGuides();
    if (first && compared.length) await this.hangBeside(first, compared);
    setTimeout(() => void this.fetchAll(), PATIENCE_MS);
  }

  /** As it was before a reload. What is not there any more leaves its cell empty; false when nothing is. */
  private putBack({ hanging, active, maximised, linked, views, volume, own = {} }: KeptLayout): boolean {
    const isHere = (uid: string) => this.series.has(seriesOfRun(seriesOfCell(uid)));
    const cells = hanging.cells.map((uid) => (isHere(uid) && (!planeOfCell(uid) || seriesOfCell(uid) === volume?.series) ? uid : ''));
    if (!cells.some(Boolean)) return false;
    const overs: Record<string, KeptOver> = {};
    for (const [uid, value] of Object.entries(views)) {
      const view = isHere(uid) ? readView(value) : undefined;
      if (view) this.views.set(uid, viewOf(view));
      if (view?.over) overs[uid] = view.over;
    }
    this.own.putBack(own);
    Object.assign(this, { active, maximised, hanging: { ...hanging, cells } });
    this.linker.on = linked;
    this.update();
    for (const uid of cells) if (uid) void this.fetchSet(uid);
    if (volume && cells.some((uid) => planeOfCell(uid))) void this.multiplanar.restore(volume);
    void layAgain(this, overs);
    void this.readGuides();
    setTimeout(() => void this.fetchAll(), PATIENCE_MS);
    return true;
  }

  /** What `open` can put back. asked: the studies of the address. */
  layout(asked: readonly string[]): KeptLayout {
    for (const stage of this.stages.values()) this.keepView(stage);
    const views = Object.fromEntries([...this.views].map(([uid, view]) => [uid, keptOf(view)]));
    const { active, maximised } = this;
    // Slabs are made anew when they are asked for; their slices hang.
    const hanging = { ...this.hanging, cells: this.hanging.cells.map(slicesOfSlab) };
    return { asked, open: this.studies.map((s) => s.study_instance_uid), hanging, active, maximised, linked: this.linker.on, volume: this.multiplanar.kept(), views, own: this.own.kept() };
  }

  private study(uid: string): Promise<StudyDetail> {
    return connection.patiently(() => this.server.study(uid), this.life.signal);
  }

  private adopt(study: StudyDetail): void {
    study.series.sort(bySeriesNumber);
    for (const series of study.series) {
      const known = this.series.get(series.series_instance_uid);
      this.series.set(series.series_instance_uid, known ? { ...known, study, series } : { study, series, set: undefined, loaded: 0, failed: 0, wanted: 0, error: '' });
    }
  }

  private isShowable(uid: string): boolean {
    const state = this.series.get(uid);
    return Boolean(state?.series.is_image && !isCompanion(state.series.modality) && !state.error);
  }

  /** A study grew while it is open: new series join the rail, a grown series is read again. */
  async refresh(uid: string): Promise<void> {
    const fresh = await this.study(uid);
    const at = this.studies.findIndex((s) => s.study_instance_uid === uid);
    if (at < 0) return;
    this.studies = this.studies.map((s, i) => (i === at ? fresh : s));
    const grown = fresh.series.filter((s) => this.series.get(s.series_instance_uid)?.series.number_of_instances !== s.number_of_instances);
    this.adopt(fresh);
    for (const s of grown) {
      this.pending.delete(s.series_instance_uid);
      await this.fetchSet(s.series_instance_uid);
    }
    this.update();
  }

  /** Metadata of a series, once; the reason when there is none. */
  fetchSet(uid: string): Promise<DisplaySet | undefined> {
    if (isRun(uid)) return this.fetchSet(seriesOfRun(uid)).then(() => this.series.get(uid)?.set);
    const under = this.pending.get(uid);
    if (under) return under;
    const state = this.series.get(uid);
    if (!state) return Promise.resolve(undefined);
    const promise = this.readSet(state.study.study_instance_uid, uid);
    this.pending.set(uid, promise);
    return promise;
  }

  private async readSet(study: string, uid: string): Promise<DisplaySet | undefined> {
    let datasets: DataSet[] = [];
    let error = '';
    try {
      datasets = await connection.patiently(() => this.server.seriesMetadata(study, uid), this.life.signal);
    } catch (e) {
      error = e instanceof Error ? e.message : String(e);
    }
    datasets.forEach(noteMappings);
    const read = displaySetOf(study, uid, datasets);
    if (error) read.reason = error;
    const set = this.keys.taken(read);
    this.states.adopt(read);
    const state = this.series.get(uid);
    if (state) this.series.set(uid, { ...state, set, error: set.reason });
    adoptRuns(this, uid);
    this.keys.settle(uid);
    if (uid === this.opening && !this.closed) paintAhead(set);
    this.update();
    this.hanging.cells.forEach((cell, i) => seriesOfRun(cell) === uid && this.hang(i));
    this.plan();
    return set;
  }

  /** States and key objects say how images are shown: before all other series, two at a time so that the first image has lines to itself. */
  private async readGuides(): Promise<void> {
    const isGuide = (uid: string) => this.series.get(uid)?.series.sop_class_uids.some((c) => ['presentation', 'key-objects'].includes(kindOfClass(c)));
    const left = this.order().filter(isGuide);
    const read = async () => {
      for (let uid = left.shift(); uid && !this.closed; uid = left.shift()) await this.fetchSet(uid);
    };
    await Promise.all([read(), read()]);
    if (!this.closed) this.keys.complete();
  }

  /** Metadata of all series, in the order of the rail. */
  private async fetchAll(): Promise<void> {
    if (this.readingRest) return;
    this.readingRest = true;
    for (const uid of this.order()) if (!this.closed) await this.fetchSet(uid);
    this.readingRest = false;
  }

  // ---- hanging

  /** Put into its stage what the hanging says for a cell. */
  hang(cell: number): void {
    const stage = this.stages.get(cell);
    const uid = this.hanging.cells[cell];
    if (!stage) return;
    const set = uid ? this.series.get(uid)?.set : undefined;
    if (stage.snapshot().displaySet === set && set) return;
    this.keepView(stage);
    const before = stage.snapshot();
    stage.onFirstImage = () => this.firstImage(cell);
    stage.onFirstWhole = () => mark('rr:first-whole-image');
    stage.onWish = () => this.plan();
    void stage.show(set, this.viewFor(uid ?? '', set, before));
  }

  /** As left; in a series that has grown, the image that was shown keeps its place on screen. */
  private viewFor(uid: string, set: DisplaySet | undefined, before: Snapshot): View {
    const view = this.views.get(uid) ?? FRESH;
    const ref = before.displaySet?.seriesInstanceUid === uid ? before.ref : undefined;
    const at = ref ? (set?.images.findIndex((i) => i.sopInstanceUid === ref.sopInstanceUid && i.frame === ref.frame) ?? -1) : -1;
    return at >= 0 ? { ...view, index: at } : view;
  }

  private keepView(stage: Stage): void {
    const uid = stage.snapshot().displaySet?.seriesInstanceUid;
    if (uid && stage.snapshot().shown >= 0) this.views.set(uid, stage.view());
  }

  private firstImage(cell: number): void {
    mark('rr:first-image');
    const leader = this.stage();
    if (leader && cell !== this.active) this.linker.align(leader);
    void this.fetchAll();
  }

  private rehang(next: Hanging, words: string, active = this.active): void {
    let before = arrangementOf(this);
    let after: Arrangement = { hanging: next, active, volume: before.volume, places: new Map() };
    const undo = () => {
      after = arrangementOf(this);
      arrange(this, before);
    };
    const redo = () => {
      before = arrangementOf(this);
      arrange(this, after);
    };
    this.note({ words, kind: '', about: [...before.hanging.cells, ...next.cells], undo, redo });
    arrange(this, after);
  }

  /** places: zoom and pan of series that were there before; others keep theirs. */
  hangAll(next: Hanging, places: Arrangement['places'] = new Map()): void {
    // A viewport that goes takes its stage with it.
    for (const stage of this.stages.values()) this.keepView(stage);
    for (const [uid, place] of places) this.views.set(uid, { ...this.viewOf(uid), place });
    for (const [cell, stage] of this.stages) {
      const uid = next.cells[cell] ?? '';
      if (places.has(uid) && uid === this.hanging.cells[cell]) stage.replace(places.get(uid));
    }
    this.hanging = next;
    const count = next.cells.length;
    this.active = Math.min(this.active, count - 1);
    this.playing = false;
    this.update();
    next.cells.forEach((uid, i) => {
      if (uid) void this.fetchSet(uid);
      this.hang(i);
    });
    this.multiplanar.check();
    this.plan();
  }

  /** Another grid with other contents, as one step that can be undone. */
  hangCells(next: Hanging, active: number): void {
    this.maximised = false;
    this.rehang(next, t('layout'), active);
  }

  /** Something computed that hangs like a series and is not in the rail. */
  adoptComputed(id: string, state: SeriesState, view: View): void {
    this.series.set(id, state);
    this.views.set(id, view);
    this.pending.set(id, Promise.resolve(state.set));
  }

  /** Its frames are others now. */
  replaceComputed(id: string, set: DisplaySet): void {
    const state = this.series.get(id);
    if (state) this.series.set(id, { ...state, set });
    this.pending.set(id, Promise.resolve(set));
  }

  /** They cannot be hung any more until they are computed anew. */
  forgetComputed(ids: readonly string[]): void {
    for (const id of ids) for (const map of [this.series, this.pending]) map.delete(id);
  }

  /** How something looks when it is hung next. */
  lookAt(uid: string, view: View): void {
    this.views.set(uid, view);
  }

  /** How something looked when it was last shown. */
  viewOf(uid: string): View {
    return this.views.get(uid) ?? FRESH;
  }

  /** What comes to lie over a series and its planes when they are hung again. */
  setOverOf(series: string, over: View['over']): void {
    for (const [uid, view] of this.views) if (seriesOfCell(uid) === series) this.views.set(uid, { ...view, over });
  }

  get isClosed(): boolean {
    return this.closed;
  }

  showSeries(uid: string, cell = this.active): void {
    if (this.hanging.cells[cell] === uid) return this.update({ active: cell });
    this.rehang(place(this.hanging, cell, uid), t('series'), cell);
  }

  setLayout(rows: number, columns: number): void {
    this.maximised = false;
    const offer = this.order().filter((uid) => this.isShowable(uid));
    this.rehang(regrid(this.hanging, rows, columns, offer), t('layout'));
  }

  /** Hang what shows the same in two studies side by side, the newer left, and link them. The reason when it cannot be. */
  async compare(): Promise<string> {
    const state = this.series.get(this.hanging.cells[this.active] ?? '');
    if (!state) return t('Nothing hangs here.');
    const other = await this.otherStudy(state.study);
    if (!other) return t('No other study of this patient is here.');
    const found = await this.alike(state, other);
    if (!found) return t('The other study has no images.');
    const pair = [state.series.series_instance_uid, found];
    const newer = `${state.study.study_date}${state.study.study_time}` >= `${other.study_date}${other.study_time}`;
    this.maximised = false;
    this.linker.on = true;
    this.rehang({ rows: 1, columns: 2, cells: newer ? pair : pair.reverse() }, t('compare'), newer ? 0 : 1);
    return '';
  }

  /** The series of another study that shows most nearly the same. */
  private async alike(state: SeriesState, other: StudyDetail): Promise<string | undefined> {
    await Promise.all(other.series.filter((s) => s.is_image).map((s) => this.fetchSet(s.series_instance_uid)));
    const candidates = other.series.map((series) => ({ series, set: this.series.get(series.series_instance_uid)?.set }));
    return mostAlike(state, candidates)?.series.series_instance_uid;
  }

  /** One series of each study, linked; `first` is of the first study, or the only one with images. */
  private async hangBeside(first: string, studies: readonly StudyDetail[]): Promise<void> {
    const state = this.series.get(first);
    if (!state) return;
    const cells = await Promise.all(studies.map((study) => (study === state.study ? first : this.alike(state, study))));
    if (this.closed || this.undoable) return; // the reader went on meanwhile
    const [rows, columns] = besideEachOther(studies.length);
    this.linker.on = true;
    this.hangAll({ rows, columns, cells: Array.from({ length: rows * columns }, (_, i) => cells[i] ?? '') });
    this.update({ active: Math.max(studies.indexOf(state.study), 0) });
  }

  /** Another study of the patient that is open, else the prior that is looked at first, which then joins the rail. */
  private async otherStudy(study: StudyDetail): Promise<StudyDetail | undefined> {
    const open = bestPrior(study, this.studies);
    if (open) return this.studies.find((s) => s.study_instance_uid === open.study_instance_uid);
    const prior = bestPrior(study, study.priors);
    if (!prior) return undefined;
    const detail = await this.study(prior.study_instance_uid);
    this.joinRail(detail);
    return detail;
  }

  private joinRail(detail: StudyDetail): void {
    if (this.studies.some((s) => s.study_instance_uid === detail.study_instance_uid)) return;
    this.studies = [...this.studies, detail];
    this.adopt(detail);
  }

  /** A study of the patient that is read here joins the rail. False when it is somebody else's. */
  async join(uid: string): Promise<boolean> {
    if (this.studies.some((s) => s.study_instance_uid === uid)) return true;
    const detail = await this.study(uid);
    if (!this.studies.some((s) => samePatient(s, detail))) return false;
    this.joinRail(detail);
    this.update();
    void this.fetchAll();
    return true;
  }

  /** Hang a series that was shown elsewhere: in the first free cell, else the active one. */
  receive(uid: string, kept: KeptView, aim: View['aim']): void {
    const view = { ...viewOf(kept), place: undefined, aim };
    if (kept.over) void layAgain(this, { [uid]: kept.over });
    const free = this.hanging.cells.indexOf('');
    const cell = free < 0 ? this.active : free;
    this.views.set(uid, view);
    const stage = this.stages.get(cell);
    const set = this.series.get(uid)?.set;
    if (this.hanging.cells[cell] !== uid) return this.rehang(place(this.hanging, cell, uid), t('series'), cell);
    if (set) void stage?.show(set, view);
    this.update({ active: cell });
  }

  /** What hangs in a cell went to another window. */
  empty(cell: number, uid: string): void {
    if (this.hanging.cells[cell] === uid) this.rehang(place(this.hanging, cell, ''), t('move to another window'));
  }

  /** Two viewports change what hangs in them. */
  swap(a: number, b: number): void {
    if (a === b) return;
    this.rehang(swap(this.hanging, a, b), t('exchange of two viewports'), b);
  }

  /** The menu on the image of the active viewport, at a point of the page or in its middle. */
  openMenu(at?: { x: number; y: number }): void {
    this.update({ menu: at ?? 'middle' });
  }

  // ---- what can be taken back

  /** Something was done. */
  note(step: Step): void {
    this.steps.push(step, performance.now());
    this.update();
  }

  undo(): void {
    const words = this.undoable;
    if (this.steps.undo()) this.tell(t('Taken back: {what}', { what: words }));
  }

  redo(): void {
    const words = this.redoable;
    if (this.steps.redo()) this.tell(t('Done again: {what}', { what: words }));
  }

  /** Do something to the looks of viewports that is one step, however many follow. kind: of what is one step when it is done quickly again. */
  act(deed: () => void, kind = ''): void {
    const before = this.looks();
    deed();
    this.noteLooks(before, kind);
  }

  /** How everything on screen looks now, by cell. */
  looks(): Looks {
    return new Map([...this.stages].map(([cell, stage]) => [cell, { uid: this.hanging.cells[cell] ?? '', look: lookOf(stage) }]));
  }

  /** What is another than it was is a step. */
  noteLooks(before: Looks, kind = ''): void {
    const after = this.looks();
    const changes = [...before].flatMap(([cell, { uid, look }]) => {
      const now = after.get(cell);
      const changed = now?.uid === uid ? differences(look, now.look) : [];
      return now && changed.length ? [{ cell, uid, from: look, to: now.look, changed }] : [];
    });
    const lead = changes.find((c) => c.cell === this.active) ?? changes[0];
    if (!lead) return;
    const words = wordsOf(lead.changed, lead.from, lead.to);
    this.note({
      words,
      kind: kind && `${kind} ${words} ${changes.map((c) => c.cell).join()}`,
      about: changes.map((c) => c.uid),
      undo: () => this.wear(changes.map(({ cell, uid, from }) => ({ cell, uid, look: from }))),
      redo: () => this.wear(changes.map(({ cell, uid, to }) => ({ cell, uid, look: to }))),
    });
  }

  /** Put looks on where their series hang; where one does not, it will come back with it. */
  wear(looks: readonly { cell: number; uid: string; look: Look }[]): void {
    this.linker.apart(() => {
      for (const { cell, uid, look } of looks) {
        const stage = this.stages.get(cell);
        if (stage && stage.snapshot().displaySet?.seriesInstanceUid === uid) wear(stage, look);
        else this.views.set(uid, { ...(this.views.get(uid) ?? FRESH), ...look });
      }
    });
    this.update();
  }

  stepSeries(step: number): void {
    const uid = neighbour(railOrder(this), seriesOfCell(this.hanging.cells[this.active] ?? ''), step);
    if (uid) this.showSeries(uid);
  }

  // ---- fetching

  /** Say anew what is to be in memory: called whenever that changes, at each step of a scroll too. */
  plan(): void {
    if (this.closed) return;
    const onScreen = this.maximised ? [this.active] : [...new Set([this.active, ...this.hanging.cells.keys()])];
    const screen = onScreen.flatMap((cell) => {
      const stage = this.stages.get(cell);
      const { displaySet, index } = stage?.snapshot() ?? {};
      return stage && displaySet?.images.length ? [this.stackOf(displaySet, index ?? 0, stage.direction)] : [];
    });
    const study = this.series.get(this.hanging.cells[this.active] ?? '')?.study;
    const rest = this.order().flatMap((uid) => this.series.get(uid) ?? []);
    const of = (same: boolean) => this.afterTheActive(rest.filter((state) => (state.study === study) === same));
    const volume = this.volumeStack();
    const wishes = follow(isFrugal() ? inOrder(screen, volume, []) : inOrder(screen, [...volume, ...of(true)], of(false)));
    this.noteWishes(wishes.map((wish) => wish.key));
  }

  /** What the volume on screen still lacks, before all other series. */
  private volumeStack(): Stack[] {
    const now = this.multiplanar.active;
    if (!now || now.load.isComplete) return [];
    return [this.stackOf(now.source, now.at, 0)];
  }

  /** From the active series on, then those before it. */
  private afterTheActive(states: SeriesState[]): Stack[] {
    const at = states.findIndex((s) => s.series.series_instance_uid === seriesOfRun(seriesOfCell(this.hanging.cells[this.active] ?? '')));
    const turned = [...states.slice(at + 1), ...states.slice(0, at + 1)];
    return turned.flatMap(({ set, series }) => {
      const index = this.views.get(series.series_instance_uid)?.index ?? 0;
      return set?.images.length && !set.images[0]?.home ? [this.stackOf(set, Math.min(index, set.images.length - 1), 0)] : [];
    });
  }

  private stackOf(set: DisplaySet, at: number, direction: Stack['direction']): Stack {
    return { keys: this.idsOf(set), bytes: (i) => bytesOf(set.images[i] as ImageRef), at, direction, computed: set.source && (set.elsewhere ? 'elsewhere' : 'here') };
  }

  private idsOf(set: DisplaySet): string[] {
    const known = this.ids.get(set);
    if (known) return known;
    const made = set.images.map((image) => {
      const id = imageId(set.studyInstanceUid, set.seriesInstanceUid, image);
      register(id, image, set.source);
      if (!set.source && !image.home) this.seriesOf.set(id, seriesOfRun(set.seriesInstanceUid));
      return id;
    });
    this.ids.set(set, made);
    return made;
  }

  // ---- progress

  private noteWishes(keys: readonly string[]): void {
    const counts = new Map<string, number>();
    for (const key of keys) {
      const uid = this.seriesOf.get(key) ?? '';
      counts.set(uid, (counts.get(uid) ?? 0) + 1);
    }
    for (const [uid, state] of this.series) {
      const wanted = counts.get(uid) ?? 0;
      if (state.wanted !== wanted) this.series.set(uid, { ...state, wanted });
    }
  }

  private noteChange(id: string): void {
    this.changed.add(this.seriesOf.get(id) ?? '');
    this.counting ??= setTimeout(() => {
      this.counting = undefined;
      const uids = [...this.changed];
      this.changed.clear();
      if (uids.filter((uid) => this.count(uid)).length) this.update();
    }, COUNT_MS);
  }

  /** Whether the counts of a series are others than before. */
  private count(uid: string): boolean {
    const state = this.series.get(uid);
    if (!state?.set) return false;
    const ids = this.idsOf(state.set);
    const loaded = ids.filter(isWhole).length;
    const failed = ids.filter((id) => failureOf(id)).length;
    if (loaded === state.loaded && failed === state.failed) return false;
    this.series.set(uid, { ...state, loaded, failed });
    if (loaded + failed === ids.length) performance.mark('rr:series-complete', { detail: { seriesInstanceUID: uid, failed } });
    return true;
  }
}

/** Once a page load. */
function mark(name: string): void {
  if (!performance.getEntriesByName(name).length) performance.mark(name);
}

/** Who saves data gets what is on screen and its series, no more. */
function isFrugal(): boolean {
  return Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData);
}

function failureOfOpening(results: PromiseSettledResult<StudyDetail>[]): ViewerModel['failure'] {
  const failed = results.filter((r) => r.status === 'rejected').map((r) => r.reason as unknown);
  if (!results.length) return { title: t('No study was named.'), detail: t('Open one from the list.') };
  if (!failed.length) return undefined;
  const first = failed[0];
  if (first instanceof ServerError && first.status === 404) {
    return { title: t('This study is not on the server.'), detail: t('It may have been moved or deleted. Look for it in the list.') };
  }
  if (first instanceof ServerError && first.status === 403) {
    return { title: t('You may not see this study.'), detail: t('Ask whoever gives out access.') };
  }
  return { title: t('The study could not be opened.'), detail: first instanceof Error ? first.message : String(first) };
}

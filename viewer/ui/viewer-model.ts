/** The viewer without its picture: studies, series, what hangs where, which tool. React reads it, tests may too. */
import type { DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { newestFirst } from '../domain/compare';
import { cineOf, type Cine } from '../domain/cine';
import { displaySetOf, type DisplaySet } from '../domain/display-sets';
import { neighbour, place, regrid, swap, type Hanging } from '../domain/hanging';
import { Steps, type Step } from '../domain/history';
import { readView, type KeptLayout, type KeptView } from '../domain/layout-kept';
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
import { hangBeside } from './comparison';
import { Fetching } from './fetching';
import { OwnStates } from './own-states';
import { layAgain } from './laid-over';
import { connection } from './server/connection';
import { HangingDesk } from './hanging-desk';
import { isHidden } from './hidden-classes';
import { Multiplanar } from './multiplanar';
import { pixelsPerMm } from './calibration';
import { KeyImages } from './key-images';
import { adoptRuns, railOrder } from './runs';
import { StateBook } from './states/book';
import { ToolHelpState } from './tool-help';
import { startDecoder } from './stage/decoder';
import { forgetAll, paintAhead } from './stage/frames';
import { LayerBook } from './stage/layers';
import { MeshBook } from './stage/meshes';
import { Linker } from './stage/linker';
import { planeOfCell, seriesOfCell } from './stage/reformatting';
import type { Stage } from './stage/stage';
import { SharedReading } from './shared-reading';
import { FRESH, type Snapshot, type View } from './stage/view';
import { looksNow, noteLooks } from './worn';

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

/** Some of its frames are there and more are coming. */
export function isFetched({ loaded, failed, wanted }: SeriesState): boolean {
  return loaded > 0 && loaded + failed < wanted;
}

/** The page is not made before that, unless the metadata of its first series are here. */
const HEAD_START_MS = 40;
/** Metadata of further series wait for the first image, but not for ever. */
const PATIENCE_MS = 1000;
const NOTICE_MS = 8000;

export class ViewerModel {
  private readonly listeners = new Set<() => void>();
  private readonly views = new Map<string, View>();
  private readonly pending = new Map<string, Promise<DisplaySet | undefined>>();
  hanging: Hanging = { rows: 1, columns: 1, cells: [''] };
  private readonly steps = new Steps();
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
  readonly linker = new Linker(() => [...this.stages.values()], () => this.registrations());
  readonly multiplanar = new Multiplanar(this);
  /** What is to be in memory. */
  readonly fetching = new Fetching(this);
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

  constructor(private readonly server: Server) {}

  /** The viewer is left: nothing more is fetched, and no frame is kept. */
  close(): void {
    this.closed = true;
    this.life.abort();
    this.fetching.close();
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
    if ('active' in change || 'maximised' in change) this.fetching.plan();
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

  /** Spatial Registration objects of the open studies, those read so far. */
  registrations(): readonly DataSet[] {
    return [...this.series.values()].flatMap((state) => state.set?.registrations ?? []);
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
    const first = openingSeries(compared.slice(0, 1), isHidden) ?? openingSeries(this.studies, isHidden);
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
    if (first && compared.length) await hangBeside(this, first, compared);
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
    this.fetching.plan();
    return set;
  }

  /** States and key objects say how images are shown, registrations which places are one: before all other series, two at a time so that the first image has lines to itself. */
  private async readGuides(): Promise<void> {
    const isGuide = (uid: string) => this.series.get(uid)?.series.sop_class_uids.some((c) => ['presentation', 'key-objects', 'registration'].includes(kindOfClass(c)));
    const left = this.order().filter(isGuide);
    const read = async () => {
      for (let uid = left.shift(); uid && !this.closed; uid = left.shift()) await this.fetchSet(uid);
    };
    await Promise.all([read(), read()]);
    if (this.closed) return;
    this.keys.complete();
    const leader = this.registrations().length ? this.stage() : undefined;
    if (leader) this.linker.align(leader); // what was linked before they were here went by bare coordinates
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
    stage.onWish = () => this.fetching.plan();
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
    this.fetching.plan();
  }

  /** Another grid with other contents, as one step that can be undone. */
  hangCells(next: Hanging, active: number, words = t('layout')): void {
    this.maximised = false;
    this.rehang(next, words, active);
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

  /** An earlier study joins the rail. */
  async prior(uid: string): Promise<StudyDetail> {
    const detail = await this.study(uid);
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
    const before = looksNow(this);
    deed();
    noteLooks(this, before, kind);
  }

  stepSeries(step: number): void {
    const uid = neighbour(railOrder(this), seriesOfCell(this.hanging.cells[this.active] ?? ''), step);
    if (uid) this.showSeries(uid);
  }
}

/** Once a page load. */
function mark(name: string): void {
  if (!performance.getEntriesByName(name).length) performance.mark(name);
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

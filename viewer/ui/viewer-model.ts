/** The viewer without its picture: studies, series, what hangs where, which tool. React reads it, tests may too. */
import type { DataSet } from '../core/dicom-json';
import { displaySetOf, type DisplaySet } from '../domain/display-sets';
import { begin, neighbour, place, record, redo, regrid, undo, type Hanging, type History } from '../domain/hanging';
import { outward, REST } from '../domain/load-queue';
import { ServerError, type Server } from '../domain/server';
import { isCompanion, type Series, type StudyDetail } from '../domain/study';
import { cachedImage, cacheShare, failureOf, imageId, keepOnly, load, register } from './stage/engine';
import { FRESH, type Snapshot, type Stage, type View } from './stage/stage';

export type Tool = 'window' | 'pan' | 'zoom' | 'scroll' | 'probe' | 'magnify';
export type PanelTab = 'image' | 'tags';

export interface SeriesState {
  study: StudyDetail;
  series: Series;
  set: DisplaySet | undefined;
  /** Frames in the cache and frames that failed, of set.images. */
  loaded: number;
  failed: number;
  error: string;
}

/** Stop fetching ahead when the cache is this full: what is on screen must never be pushed out by what may come. */
const FULL = 0.85;

export class ViewerModel {
  private readonly listeners = new Set<() => void>();
  private readonly views = new Map<string, View>();
  private readonly pending = new Map<string, Promise<DisplaySet | undefined>>();
  private history: History<Hanging> = begin({ rows: 1, columns: 1, cells: [''] });
  private ahead = 0;
  readonly stages = new Map<number, Stage>();
  studies: StudyDetail[] = [];
  series = new Map<string, SeriesState>();
  failure: { title: string; detail: string } | undefined;
  loading = true;
  sessionOver = false;
  active = 0;
  maximised = false;
  tool: Tool = 'window';
  panel = false;
  tab: PanelTab = 'image';
  texts = true;
  playing = false;
  rate = 10;
  version = 0;

  constructor(private readonly server: Server) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  update(change: Partial<Pick<ViewerModel, 'active' | 'maximised' | 'tool' | 'panel' | 'tab' | 'texts' | 'playing' | 'rate'>> = {}): void {
    Object.assign(this, change);
    this.version++;
    for (const listener of this.listeners) listener();
  }

  get hanging(): Hanging {
    return this.history.now;
  }

  get canUndo(): boolean {
    return this.history.past.length > 0;
  }

  get canRedo(): boolean {
    return this.history.future.length > 0;
  }

  stage(): Stage | undefined {
    return this.stages.get(this.active);
  }

  /** Series in the order of the rail. */
  order(): string[] {
    return this.studies.flatMap((study) => study.series.map((s) => s.series_instance_uid));
  }

  // ---- opening

  async open(uids: readonly string[]): Promise<void> {
    performance.mark('rr:open', { detail: { studies: [...uids] } });
    const results = await Promise.allSettled(uids.map((uid) => this.server.study(uid)));
    this.studies = results.filter((r) => r.status === 'fulfilled').map((r) => r.value);
    this.failure = failureOfOpening(results);
    this.sessionOver = results.some((r) => r.status === 'rejected' && r.reason instanceof ServerError && r.reason.status === 401);
    for (const study of this.studies) this.adopt(study);
    this.loading = false;
    const first = this.firstToHang();
    if (first) this.history = begin({ rows: 1, columns: 1, cells: [first] });
    this.update();
    if (first) await this.fetchSet(first);
    await this.fetchAll();
  }

  private adopt(study: StudyDetail): void {
    study.series.sort(bySeriesNumber);
    for (const series of study.series) {
      const known = this.series.get(series.series_instance_uid);
      this.series.set(series.series_instance_uid, known ? { ...known, study, series } : { study, series, set: undefined, loaded: 0, failed: 0, error: '' });
    }
  }

  /** The first series of images with more than a localiser in it, else any images, else anything. */
  private firstToHang(): string | undefined {
    const all = this.studies.flatMap((s) => s.series);
    const images = all.filter((s) => s.is_image && !isCompanion(s.modality));
    return (images.find((s) => s.number_of_instances > 3 || s.number_of_frames > 3) ?? images[0] ?? all[0])?.series_instance_uid;
  }

  private isShowable(uid: string): boolean {
    const state = this.series.get(uid);
    return Boolean(state?.series.is_image && !isCompanion(state.series.modality) && !state.error);
  }

  /** A study grew while it is open: new series join the rail, a grown series is read again. */
  async refresh(uid: string): Promise<void> {
    const fresh = await this.server.study(uid);
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
      datasets = await this.server.seriesMetadata(study, uid);
    } catch (e) {
      error = e instanceof Error ? e.message : String(e);
    }
    const set = displaySetOf(study, uid, datasets);
    if (error) set.reason = error;
    const state = this.series.get(uid);
    if (state) this.series.set(uid, { ...state, set, error: set.reason });
    this.update();
    this.hanging.cells.forEach((cell, i) => cell === uid && this.hang(i));
    return set;
  }

  private async fetchAll(): Promise<void> {
    for (const uid of this.order()) await this.fetchSet(uid);
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
    if (!performance.getEntriesByName('rr:first-image').length) performance.mark('rr:first-image');
    const uid = this.hanging.cells[cell];
    if (uid && cell === this.active) this.rate = this.series.get(uid)?.set?.frameRate ?? 10;
    void this.fetchAhead();
  }

  private rehang(next: History<Hanging>): void {
    this.history = next;
    const count = next.now.cells.length;
    this.active = Math.min(this.active, count - 1);
    this.playing = false;
    this.update();
    next.now.cells.forEach((uid, i) => {
      if (uid) void this.fetchSet(uid);
      this.hang(i);
    });
    void this.fetchAhead();
  }

  showSeries(uid: string, cell = this.active): void {
    if (this.hanging.cells[cell] === uid) return this.update({ active: cell });
    this.active = cell;
    this.rehang(record(this.history, place(this.hanging, cell, uid)));
  }

  setLayout(rows: number, columns: number): void {
    this.maximised = false;
    const offer = this.order().filter((uid) => this.isShowable(uid));
    this.rehang(record(this.history, regrid(this.hanging, rows, columns, offer)));
  }

  undo(): void {
    this.rehang(undo(this.history));
  }

  redo(): void {
    this.rehang(redo(this.history));
  }

  stepSeries(step: number): void {
    const uid = neighbour(this.order(), this.hanging.cells[this.active] ?? '', step);
    if (uid) this.showSeries(uid);
  }

  // ---- fetching ahead

  /** The rest of the series on screen, the active one first, outward from the image shown. */
  private async fetchAhead(): Promise<void> {
    const run = ++this.ahead;
    const cells = [this.active, ...this.hanging.cells.keys()];
    const uids = [...new Set(cells.map((c) => this.hanging.cells[c] ?? ''))].filter(Boolean);
    const wanted = new Set<string>();
    const jobs: { uid: string; id: string }[] = [];
    for (const uid of uids) {
      const set = this.series.get(uid)?.set;
      const cell = this.hanging.cells.indexOf(uid);
      if (!set?.images.length) continue;
      const from = Math.max(this.stages.get(cell)?.snapshot().index ?? 0, 0);
      for (const at of outward(Math.min(from, set.images.length - 1), set.images.length)) {
        const image = set.images[at];
        if (!image) continue;
        const id = imageId(set.studyInstanceUid, uid, image);
        register(id, image);
        wanted.add(id);
        jobs.push({ uid, id });
      }
    }
    keepOnly((id) => wanted.has(id));
    await this.fetchJobs(jobs, () => run === this.ahead);
  }

  private async fetchJobs(jobs: { uid: string; id: string }[], current: () => boolean): Promise<void> {
    const lanes = Array.from({ length: 4 }, async (_, lane) => {
      for (let i = lane; i < jobs.length; i += 4) {
        const job = jobs[i];
        if (!job || !current() || cacheShare() > FULL) return;
        await load(job.id, REST).catch(() => failureOf(job.id));
        if (current()) this.count(job.uid);
      }
    });
    await Promise.all(lanes);
  }

  private count(uid: string): void {
    const state = this.series.get(uid);
    const set = state?.set;
    if (!state || !set) return;
    const ids = set.images.map((image) => imageId(set.studyInstanceUid, uid, image));
    const loaded = ids.filter((id) => cachedImage(id)).length;
    const failed = ids.filter((id) => failureOf(id)).length;
    if (loaded === state.loaded && failed === state.failed) return;
    this.series.set(uid, { ...state, loaded, failed });
    if (loaded + failed === ids.length) performance.mark('rr:series-complete', { detail: { seriesInstanceUID: uid, failed } });
    this.update();
  }
}

function bySeriesNumber(a: Series, b: Series): number {
  const [x, y] = [a.series_number ?? Infinity, b.series_number ?? Infinity];
  return x === y ? a.series_instance_uid.localeCompare(b.series_instance_uid) : x - y;
}

function failureOfOpening(results: PromiseSettledResult<StudyDetail>[]): ViewerModel['failure'] {
  const failed = results.filter((r) => r.status === 'rejected').map((r) => r.reason as unknown);
  if (!results.length) return { title: 'No study was named.', detail: 'Open one from the list.' };
  if (!failed.length) return undefined;
  const first = failed[0];
  if (first instanceof ServerError && first.status === 404) {
    return { title: 'This study is not on the server.', detail: 'It may have been moved or deleted. Look for it in the list.' };
  }
  if (first instanceof ServerError && first.status === 403) {
    return { title: 'You may not see this study.', detail: 'Ask whoever gives out access.' };
  }
  return { title: 'The study could not be opened.', detail: first instanceof Error ? first.message : String(first) };
}

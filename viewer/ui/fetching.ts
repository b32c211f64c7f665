/** What the viewer wants in memory, said anew at each step, and how much of each series is there. */
import type { DisplaySet, ImageRef } from '../domain/display-sets';
import { inOrder, type Stack } from '../domain/load-plan';
import { seriesOfRun } from '../domain/runs';
import { bytesOf, failureOf, follow, imageId, isWhole, onChange, register } from './stage/frames';
import { seriesOfCell } from './stage/reformatting';
import type { SeriesState, ViewerModel } from './viewer-model';

/** Progress is counted and told so often at most. */
const COUNT_MS = 60;

export class Fetching {
  private readonly ids = new WeakMap<DisplaySet, string[]>();
  private readonly seriesOf = new Map<string, string>();
  private readonly changed = new Set<string>();
  private counting: ReturnType<typeof setTimeout> | undefined;
  private readonly forgetChanges: () => void;

  constructor(private readonly model: ViewerModel) {
    this.forgetChanges = onChange((id) => this.noteChange(id));
  }

  close(): void {
    this.forgetChanges();
    clearTimeout(this.counting);
  }

  /** Say anew what is to be in memory: called whenever that changes, at each step of a scroll too. */
  plan(): void {
    const { model } = this;
    if (model.isClosed) return;
    const onScreen = model.maximised ? [model.active] : [...new Set([model.active, ...model.hanging.cells.keys()])];
    const screen = onScreen.flatMap((cell) => {
      const stage = model.stages.get(cell);
      const { displaySet, index } = stage?.snapshot() ?? {};
      return stage && displaySet?.images.length ? [this.stackOf(displaySet, index ?? 0, stage.direction)] : [];
    });
    const study = model.series.get(model.hanging.cells[model.active] ?? '')?.study;
    const rest = model.order().flatMap((uid) => model.series.get(uid) ?? []);
    const of = (same: boolean) => this.afterTheActive(rest.filter((state) => (state.study === study) === same));
    const volume = this.volumeStack();
    const wishes = follow(isFrugal() ? inOrder(screen, volume, []) : inOrder(screen, [...volume, ...of(true)], of(false)));
    this.noteWishes(wishes.map((wish) => wish.key));
  }

  /** What the volume on screen still lacks, before all other series. */
  private volumeStack(): Stack[] {
    const now = this.model.multiplanar.active;
    if (!now || now.load.isComplete) return [];
    return [this.stackOf(now.source, now.at, 0)];
  }

  /** From the active series on, then those before it. */
  private afterTheActive(states: SeriesState[]): Stack[] {
    const { model } = this;
    const at = states.findIndex((s) => s.series.series_instance_uid === seriesOfRun(seriesOfCell(model.hanging.cells[model.active] ?? '')));
    const turned = [...states.slice(at + 1), ...states.slice(0, at + 1)];
    return turned.flatMap(({ set, series }) => {
      const { index } = model.viewOf(series.series_instance_uid);
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

  private noteWishes(keys: readonly string[]): void {
    const counts = new Map<string, number>();
    for (const key of keys) {
      const uid = this.seriesOf.get(key) ?? '';
      counts.set(uid, (counts.get(uid) ?? 0) + 1);
    }
    for (const [uid, state] of this.model.series) {
      const wanted = counts.get(uid) ?? 0;
      if (state.wanted !== wanted) this.model.series.set(uid, { ...state, wanted });
    }
  }

  private noteChange(id: string): void {
    this.changed.add(this.seriesOf.get(id) ?? '');
    this.counting ??= setTimeout(() => {
      this.counting = undefined;
      const uids = [...this.changed];
      this.changed.clear();
      if (uids.filter((uid) => this.count(uid)).length) this.model.update();
    }, COUNT_MS);
  }

  /** Whether the counts of a series are others than before. */
  private count(uid: string): boolean {
    const state = this.model.series.get(uid);
    if (!state?.set) return false;
    const ids = this.idsOf(state.set);
    const loaded = ids.filter(isWhole).length;
    const failed = ids.filter((id) => failureOf(id)).length;
    if (loaded === state.loaded && failed === state.failed) return false;
    this.model.series.set(uid, { ...state, loaded, failed });
    if (loaded + failed === ids.length) performance.mark('rr:series-complete', { detail: { seriesInstanceUID: uid, failed } });
    return true;
  }
}

/** Who saves data gets what is on screen and its series, no more. */
function isFrugal(): boolean {
  return Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData);
}

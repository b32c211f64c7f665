/** One viewer among the windows of its session: the same studies in all, links across, series that are sent, lines of the others. */
import type { Point3 } from '../core/geometry';
import { t } from '../core/language';
import { shownAt, frameOfReference } from '../domain/linking';
import { isRun, seriesOfRun } from '../domain/runs';
import { hasTable, pictureOf, shownOf, type Picture, type Shown } from '../domain/shown';
import { isTogether, type Member } from '../domain/windows';
import type { Lead, Message } from '../domain/window-messages';
import { keptOf } from './kept-views';
import { navigate, viewerAddress } from './router';
import { shareMemory } from './stage/frames';
import { shownBy } from './stage/linker';
import { planeOfCell, seriesOfCell } from './stage/reformatting';
import type { ViewerModel } from './viewer-model';
import { randomId, windows } from './windows';

/** Pictures are told so often at most. */
const TELL_MS = 16;
/** A window that has the series takes it within this; one that still has to fetch its study too, mostly. */
const TAKE_MS = 8000;
/** So long a new window may take to come, before it is said that the browser may hold it back. */
const COME_MS = 5000;

interface Told {
  picture: Picture | null;
  crossing: { point: Point3; frameOfReference: string } | null;
}

interface Sent {
  place: number;
  cell: number;
  uid: string;
  moves: boolean;
  timer: ReturnType<typeof setTimeout>;
}

export class SharedReading {
  private readonly ends: (() => void)[] = [];
  private readonly listeners = new Set<() => void>();
  /** What the active viewports of the other windows show, by window. */
  private readonly pictures = new Map<string, Told>();
  private readonly leads = new Map<Lead, { picture: Picture; before: number | null }>();
  private readonly sent = new Map<string, Sent>();
  private readonly refused = new Set<string>();
  private readonly foreign = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private awaited: { seat: number; timer: ReturnType<typeof setTimeout> } | undefined;
  private told = '';
  private toldLinks = '';
  private watched: { stage: unknown; end: () => void } | undefined;
  private joining = false;
  private closed = false;
  /** Another patient was opened in the first window and is about to be shown here. */
  following = false;
  version = 0;

  constructor(private readonly model: ViewerModel) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  /** From now on this viewer is one of the windows. */
  start(): void {
    this.closed = false;
    windows.enterViewer();
    this.ends.push(windows.subscribe(() => this.windowsChanged()), windows.onMessage((message) => this.hear(message)), this.model.subscribe(() => this.modelChanged()));
    this.model.linker.elsewhere = {
      shown: () => [...this.pictures.values()].flatMap(({ picture }) => (picture ? [shownOf(picture, ratio())] : [])),
      led: (shown, what, before) => this.lead(shown, what, before),
      pointed: (at) => this.isHeard && windows.post({ kind: 'points', number: windows.agreed, at: at ?? null }),
    };
    windows.rollCall();
    this.windowsChanged();
  }

  close(): void {
    this.closed = true;
    for (const end of this.ends.splice(0)) end();
    this.watched?.end();
    this.watched = undefined;
    clearTimeout(this.timer);
    clearTimeout(this.awaited?.timer);
    for (const { timer } of this.sent.values()) clearTimeout(timer);
    this.sent.clear();
    this.model.linker.elsewhere = undefined;
    windows.leaveViewer();
  }

  /** There is another window, and it is about this patient. */
  private get isHeard(): boolean {
    return windows.others.length > 0 && !windows.me.apart;
  }

  /** Others that may be told to show something here, in their order. */
  get partners(): readonly Member[] {
    return windows.me.apart ? [] : windows.others.filter(isTogether);
  }

  /** What the active viewports of other windows show, in the images of this one: for lines and marks. */
  get elsewhere(): readonly { id: string; shown: Shown | undefined; crossing: Told['crossing'] }[] {
    return [...this.pictures].map(([id, { picture, crossing }]) => ({ id, shown: picture ? shownOf(picture, ratio()) : undefined, crossing }));
  }

  // ---- the same patient in all

  private windowsChanged(): void {
    shareMemory(windows.members.filter((m) => m.at === 'viewer').length);
    for (const id of [...this.pictures.keys()]) if (!windows.others.some((m) => m.id === id && isTogether(m))) this.forgetPicture(id);
    if (this.awaited && windows.others.some((m) => m.seat === this.awaited?.seat)) this.came();
    this.model.fetching.plan();
    this.changed();
    void this.reconcile();
  }

  private modelChanged(): void {
    void this.reconcile();
    this.watchActive();
    this.tellSoon();
  }

  /** The studies of all windows are open here; another patient than theirs is followed, or led to, or stands apart. */
  private async reconcile(): Promise<void> {
    const { model } = this;
    if (this.joining || this.closed || model.loading || !model.studies.length || !windows.shared.number) return;
    const { shared } = windows;
    const open = () => model.studies.map((s) => s.study_instance_uid);
    const missing = shared.studies.filter((uid) => !open().includes(uid) && !this.refused.has(uid));
    if (!missing.length && !windows.me.apart) return windows.share(open());
    this.joining = true;
    this.setFollowing(shared.number > windows.agreed && missing.length === shared.studies.length);
    const stranger = await this.join(missing);
    this.joining = false;
    if (this.closed) return;
    if (windows.shared.number === shared.number) this.settle(stranger || !shared.studies.some((uid) => open().includes(uid)), open());
    this.setFollowing(false);
    if (windows.shared !== shared) void this.reconcile();
  }

  /** Whether one is somebody else's. What is known of one is not asked for again. */
  private async join(uids: readonly string[]): Promise<boolean> {
    if (uids.some((uid) => this.foreign.has(uid))) return true;
    for (const uid of uids) {
      try {
        if (await this.model.join(uid)) continue;
        this.foreign.add(uid);
        return true;
      } catch {
        this.refused.add(uid);
      }
    }
    return false;
  }

  private settle(stranger: boolean, open: readonly string[]): void {
    const { shared } = windows;
    if (!stranger) {
      windows.stand(false);
      windows.share(open);
    } else if (shared.number > windows.agreed) this.follow();
    else if (windows.first.id === windows.me.id) windows.lead(open);
    else windows.stand(true);
  }

  /** What the session has open, here too. */
  follow(): void {
    windows.agree(windows.shared.number);
    windows.stand(false);
    navigate(viewerAddress(windows.shared.studies), true);
  }

  /** This patient, in all windows. */
  leadAll(): void {
    windows.lead(this.model.studies.map((s) => s.study_instance_uid));
  }

  private setFollowing(following: boolean): void {
    if (this.following === following) return;
    this.following = following;
    this.model.update();
  }

  // ---- what this window tells

  private watchActive(): void {
    const stage = this.model.stage();
    if (this.watched?.stage === stage) return;
    this.watched?.end();
    this.watched = stage && { stage, end: stage.subscribe(() => this.tellSoon()) };
  }

  private lead(shown: Shown, what: Lead, before: number | undefined): void {
    if (!this.isHeard) return;
    const first = this.leads.get(what)?.before;
    this.leads.set(what, { picture: pictureOf(shown, ratio()), before: first ?? before ?? null });
    this.tellSoon();
  }

  private tellSoon(): void {
    if (this.isHeard) this.timer ??= setTimeout(() => this.tell(), TELL_MS);
  }

  private tell(): void {
    this.timer = undefined;
    if (this.closed || !this.isHeard) return;
    const number = windows.agreed;
    for (const [what, { picture, before }] of this.leads) windows.post({ kind: 'leads', number, what, picture, before });
    this.leads.clear();
    const shows = this.shows();
    const written = JSON.stringify(shows);
    if (written !== this.told) windows.post({ kind: 'shows', number, ...shows });
    this.told = written;
    this.tellLinks();
  }

  private shows(): Told {
    const stage = this.model.stage();
    const drawn = stage?.snapshot().ref;
    const shown = stage && drawn ? shownBy(stage, drawn) : undefined;
    const now = stage && this.model.multiplanar.planeOf(stage) ? this.model.multiplanar.active : undefined;
    const reference = drawn && frameOfReference(drawn);
    return { picture: shown ? pictureOf(shown, ratio()) : null, crossing: now && reference ? { point: now.point, frameOfReference: reference } : null };
  }

  private get links() {
    const { on, links, pairs } = this.model.linker;
    return { on, links, pins: pairs };
  }

  private tellLinks(): void {
    const written = JSON.stringify(this.links);
    if (written !== this.toldLinks && this.toldLinks) windows.post({ kind: 'links', ...this.links });
    this.toldLinks = written;
  }

  // ---- what others tell

  private hear(message: Message): void {
    if (this.closed) return;
    if (message.kind === 'here' && message.answer) this.answer(message.from);
    if (message.kind === 'took' && message.to === windows.me.id) return this.taken(message);
    if (message.kind === 'links') return this.takeLinks(message);
    if (!('number' in message) || message.number !== windows.agreed || windows.me.apart) return;
    if (message.kind === 'shows') {
      this.pictures.set(message.from, { picture: message.picture, crossing: message.crossing });
      this.changed();
    } else if (message.kind === 'leads') this.followLead(message);
    else if (message.kind === 'points') this.model.linker.pointFrom(message.at);
    else if (message.to === windows.me.id) void this.take(message);
  }

  /** A window that came, or looks who is there, hears how things stand. */
  private answer(from: string): void {
    this.told = '';
    this.tellSoon();
    if (windows.members.find((m) => m.id !== from)?.id === windows.me.id) windows.post({ kind: 'links', ...this.links });
  }

  private takeLinks({ on, links, pins }: Extract<Message, { kind: 'links' }>): void {
    this.model.linker.take(on, links, pins);
    this.toldLinks = JSON.stringify(this.links);
    this.model.update();
  }

  private followLead({ what, picture, before }: Extract<Message, { kind: 'leads' }>): void {
    if (what === 'window' && hasTable(picture)) return;
    this.model.linker.followShown(shownOf(picture, ratio()), what, before ?? undefined);
  }

  private forgetPicture(id: string): void {
    this.pictures.delete(id);
    this.model.linker.pointFrom(null);
  }

  // ---- sending a viewport

  /** Show what hangs in the active viewport in another window, as it is shown here. moves: it leaves this one. */
  send(to: Member, moves: boolean): void {
    const { model } = this;
    const uid = model.hanging.cells[model.active] ?? '';
    const state = model.series.get(seriesOfCell(uid));
    const stage = model.stage();
    if (!state || !stage) return model.tell(t('Nothing hangs here.'));
    const view = stage.view();
    const middle = stage.middle();
    const ticket = randomId();
    const message = {
      kind: 'hangs', to: to.id, number: windows.agreed, ticket,
      study: state.study.study_instance_uid,
      series: state.series.series_instance_uid,
      view: { ...keptOf(view), index: planeOfCell(uid) ? this.sliceOfPlane(seriesOfCell(uid)) : view.index, place: undefined },
      aim: view.place && middle && !planeOfCell(uid) ? { zoom: stage.snapshot().zoom / ratio(), middle } : null,
    } as const;
    const shownPlace = windows.place(to.id);
    const timer = setTimeout(() => this.notTaken(ticket), TAKE_MS);
    this.sent.set(ticket, { place: shownPlace, cell: model.active, uid, moves, timer });
    windows.post(message);
  }

  /** Planes belong to their volume: the slice at the crossing goes in their place. */
  private sliceOfPlane(series: string): number {
    const now = this.model.multiplanar.active;
    const set = this.model.series.get(series)?.set;
    const first = set?.images[0];
    const found = now && set && first ? shownAt(now.point, frameOfReference(first), set) : undefined;
    return found?.index ?? now?.at ?? 0;
  }

  private async take({ from, ticket, study, series, view, aim }: Extract<Message, { kind: 'hangs' }>): Promise<void> {
    const done = await this.has(study, series).catch(() => false);
    if (this.closed) return;
    if (done) {
      this.model.receive(series, view, aim ? { zoom: aim.zoom * ratio(), middle: [...aim.middle] } : undefined);
      this.model.tell(t('From window {number}.', { number: windows.place(from) }));
    }
    windows.post({ kind: 'took', to: from, ticket, done });
  }

  /** Parts of a series are known when it is read. */
  private async has(study: string, series: string): Promise<boolean> {
    if (!(await this.model.join(study))) return false;
    if (isRun(series)) await this.model.fetchSet(seriesOfRun(series));
    return this.model.series.has(series);
  }

  private taken({ ticket, done }: Extract<Message, { kind: 'took' }>): void {
    const sent = this.sent.get(ticket);
    if (!sent) return;
    clearTimeout(sent.timer);
    this.sent.delete(ticket);
    if (!done) return this.model.tell(t('Window {number} cannot show this series.', { number: sent.place }));
    if (sent.moves) this.model.empty(sent.cell, sent.uid);
    this.model.tell(t('Shown in window {number}.', { number: sent.place }));
  }

  private notTaken(ticket: string): void {
    const sent = this.sent.get(ticket);
    this.sent.delete(ticket);
    if (sent) this.model.tell(t('Window {number} did not answer. The series stays here.', { number: sent.place }));
  }

  // ---- one more window

  async openWindow(key: string): Promise<void> {
    const studies = this.model.studies.map((s) => s.study_instance_uid);
    const seat = await windows.open(viewerAddress(studies), studies);
    if (seat === undefined) return this.model.tell(t('There are as many windows as there can be.'));
    this.windowsChanged();
    clearTimeout(this.awaited?.timer);
    this.awaited = {
      seat,
      timer: setTimeout(() => {
        this.awaited = undefined;
        this.model.tell(t('No window came. If the browser holds windows back, allow pop-ups for this address and press {key} again.', { key }));
      }, COME_MS),
    };
  }

  private came(): void {
    clearTimeout(this.awaited?.timer);
    this.awaited = undefined;
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

/** Screen pixels a CSS pixel. */
function ratio(): number {
  return window.devicePixelRatio || 1;
}

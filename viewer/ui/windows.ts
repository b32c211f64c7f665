/**
 * The windows of this session, over a channel of the browser: who is there and which studies are shared. A window alone
 * has no session until it opens another one. The session's random id travels in the address of a new window, then in its tab.
 */
import { merged, featuresOf, MOST_SEATS, nextMonitor, Roster, type Member, type Monitor, type Shared } from '../domain/windows';
import { isId, readMessage, type Message } from '../domain/window-messages';

const KEY = 'rr.window';
/** Parameters of the address of a new window. They leave it at once. */
const SESSION = 'session';
const SEAT = 'window';
const CASE = 'case';
/** A window that is loaded anew comes back within this. */
const RELOAD_MS = 2500;
/** Who does not answer for so long is gone, however it went. */
const SILENCE_MS = 10_000;
/** A page that is left is another page of this window the next moment, mostly. */
const LEAVE_MS = 300;

/** What outlives a reload, in this tab. agreed: the case this window last showed. */
interface Kept {
  session: string;
  seat: number;
  agreed: number;
}

/** What of a message its sender adds. */
type Unsent<M> = M extends Message ? Omit<M, 'from'> : never;

const NOBODY: Shared = { number: 0, studies: [] };

class Windows {
  private channel: BroadcastChannel | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly hearers = new Set<(message: Message) => void>();
  private readonly leaving = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly silent = new Map<string, ReturnType<typeof setTimeout>>();
  private leave: ReturnType<typeof setTimeout> | undefined;
  private session = '';
  /** What a session that begins here is kept under. */
  reading = '';
  private roster = new Roster({ id: randomId(), seat: 1, since: Date.now(), at: location.pathname === '/viewer' ? 'viewer' : 'elsewhere', apart: false, screen: cornerOfScreen() });
  shared: Shared = NOBODY;
  /** The case that is shown here. */
  agreed = 0;
  /** The window that was the first one and is gone; undefined when nobody has to be told. */
  lost: { place: number; seat: number; first: boolean } | undefined;
  version = 0;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  /** Calls back for each message of another window; the returned function ends it. */
  onMessage(hearer: (message: Message) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  /** '' for a window alone. */
  get sessionId(): string {
    return this.session;
  }

  get me(): Member {
    return this.roster.me;
  }

  get members(): readonly Member[] {
    return this.session ? this.roster.all : [this.roster.me];
  }

  get others(): readonly Member[] {
    return this.members.filter((m) => m.id !== this.me.id);
  }

  get first(): Member {
    return this.members[0] as Member;
  }

  /** From 1. */
  place(id = this.me.id): number {
    return this.roster.place(id);
  }

  next(): Member | undefined {
    return this.session ? this.roster.next() : undefined;
  }

  /** Begin as the address or the tab says: a window of a session, or one for itself. */
  begin(): void {
    const address = new URL(location.href);
    const session = address.searchParams.get(SESSION);
    const seat = Number(address.searchParams.get(SEAT));
    if (isId(session)) {
      const agreed = Number(address.searchParams.get(CASE));
      for (const name of [SESSION, SEAT, CASE]) address.searchParams.delete(name);
      history.replaceState(history.state, '', address.pathname + address.search);
      return this.join({ session, seat: isSeat(seat) ? seat : 1, agreed: Number.isSafeInteger(agreed) && agreed > 0 ? agreed : 0 });
    }
    const kept = readKept();
    if (kept) this.join(kept);
  }

  private join({ session, seat, agreed }: Kept): void {
    this.session = session;
    this.agreed = agreed;
    this.roster.me = { ...this.me, seat };
    this.channel = new BroadcastChannel(`rr.windows.${session}`);
    this.channel.addEventListener('message', (e) => this.hear(readMessage(e.data)));
    this.keep();
    this.rollCall();
  }

  /** This window goes on with a session that was kept, in one of its seats; alone: it had no other. */
  resume(session: string, seat: number, alone: boolean): void {
    // Of a session that went on to another patient nobody else is there: its own key begins anew.
    if (this.session !== session || (this.agreed > 1 && !this.others.length)) this.quit();
    if (this.session || !isSeat(seat)) return;
    if (alone) this.roster.me = { ...this.me, seat };
    else if (isId(session)) this.join({ session, seat, agreed: 0 });
  }

  /** Out of a session, whose other windows stay. */
  private quit(): void {
    if (!this.session) return;
    this.end();
    this.channel?.close();
    this.channel = undefined;
    for (const timer of [...this.silent.values(), ...this.leaving.values()]) clearTimeout(timer);
    this.silent.clear();
    this.leaving.clear();
    this.roster = new Roster({ ...this.me, id: randomId(), seat: 1, since: Date.now(), apart: false });
    Object.assign(this, { session: '', shared: NOBODY, agreed: 0, lost: undefined });
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Private browsing: nothing was kept.
    }
    this.changed();
  }

  private keep(): void {
    try {
      const kept: Kept = { session: this.session, seat: this.me.seat, agreed: this.agreed };
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Private browsing: a reload begins a window for itself.
    }
  }

  /** Everybody tells of themselves; who does not is gone. */
  rollCall(): void {
    if (!this.channel) return;
    for (const { id } of this.others) this.silent.set(id, this.silent.get(id) ?? setTimeout(() => this.drop(id), SILENCE_MS));
    this.tellOfMe(true);
  }

  private tellOfMe(answer = false): void {
    this.post({ kind: 'here', member: this.me, shared: this.shared, answer });
  }

  post(message: Unsent<Message>): void {
    this.channel?.postMessage({ ...message, from: this.me.id });
  }

  private hear(message: Message | undefined): void {
    if (!message) return;
    clearTimeout(this.silent.get(message.from));
    this.silent.delete(message.from);
    if (message.kind === 'here') this.heard(message);
    if (message.kind === 'gone' && this.roster.find(message.from)) {
      this.leaving.set(message.from, setTimeout(() => this.drop(message.from), RELOAD_MS));
    }
    for (const hearer of this.hearers) hearer(message);
  }

  private heard({ member, shared, answer }: Extract<Message, { kind: 'here' }>): void {
    // The same seat again: a window that was loaded anew.
    const gone = [...this.leaving.keys()].find((id) => id === member.id || this.roster.find(id)?.seat === member.seat);
    if (gone) {
      clearTimeout(this.leaving.get(gone));
      this.leaving.delete(gone);
      if (gone !== member.id) this.roster.drop(gone);
    }
    const seat = this.me.seat;
    const isNew = this.roster.hear(member);
    if (this.lost?.seat === member.seat) this.lost = undefined;
    const before = this.shared;
    this.shared = merged(this.shared, shared);
    const knowsMore = this.shared.number !== shared.number || this.shared.studies.length !== shared.studies.length;
    if (this.me.seat !== seat) this.keep();
    if (answer || this.me.seat !== seat || (isNew && knowsMore)) this.tellOfMe();
    if (isNew || before !== this.shared || this.me.seat !== seat) this.changed();
  }

  private drop(id: string): void {
    const place = this.place(id);
    this.silent.delete(id);
    this.leaving.delete(id);
    const member = this.roster.drop(id);
    if (!member) return;
    this.lost = { place, seat: member.seat, first: place === 1 };
    this.changed();
  }

  /** The line about a lost window has been read. */
  forgetLost(): void {
    this.lost = undefined;
    this.changed();
  }

  // ---- what this window tells of itself

  private become(change: Partial<Member>): void {
    const next = { ...this.me, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.me)) return;
    this.roster.me = next;
    this.tellOfMe();
    this.changed();
  }

  /** Images are shown here. */
  enterViewer(): void {
    clearTimeout(this.leave);
    this.become({ at: 'viewer', screen: cornerOfScreen() });
  }

  leaveViewer(): void {
    clearTimeout(this.leave);
    this.leave = setTimeout(() => this.become({ at: 'elsewhere', apart: false }), LEAVE_MS);
  }

  /** Another patient is shown here than in the session, or no longer. */
  stand(apart: boolean): void {
    this.become({ apart });
  }

  /** These studies of the session's patient are open here. */
  share(studies: readonly string[]): void {
    if (!this.session) return;
    const number = this.shared.number || Math.max(this.agreed, 1);
    const next = merged({ ...this.shared, number }, { number, studies });
    this.agree(next.number);
    if (next.number === this.shared.number && next.studies.length === this.shared.studies.length) return;
    this.shared = next;
    this.tellOfMe();
    this.changed();
  }

  /** Another patient, in all windows. */
  lead(studies: readonly string[]): void {
    this.shared = { number: this.shared.number + 1, studies: [...studies] };
    this.agree(this.shared.number);
    this.roster.me = { ...this.me, apart: false };
    this.tellOfMe();
    this.changed();
  }

  agree(number: number): void {
    if (this.agreed === number) return;
    this.agreed = number;
    this.keep();
  }

  // ---- one more window

  /** address: of the viewer with its studies. The seat of the window that should come, or undefined when there are too many. */
  async open(address: string, studies: readonly string[]): Promise<number | undefined> {
    if (!this.session) this.join({ session: this.reading || randomId(), seat: 1, agreed: 0 });
    if (!this.me.apart) this.share(studies);
    const seat = this.roster.freeSeat();
    if (seat > MOST_SEATS) return undefined;
    this.openSeat(seat, address, await monitorFor(this.others.map((m) => m.screen)));
    return seat;
  }

  /** A window of this session in that seat. where: undefined lets the browser choose. */
  openSeat(seat: number, address: string, where: Monitor | undefined): void {
    const next = new URL(address, location.origin);
    next.searchParams.set(SESSION, this.session);
    next.searchParams.set(SEAT, String(seat));
    if (this.agreed > 1) next.searchParams.set(CASE, String(this.agreed));
    window.open(next.pathname + next.search, '_blank', featuresOf(where));
  }

  /** What is open here is what the windows of the session read, or this one is for itself. */
  isAbout(studies: readonly string[]): boolean {
    return !this.session || this.me.apart || !this.shared.number || studies.some((uid) => this.shared.studies.includes(uid));
  }

  /** The window is closed, loaded anew or goes elsewhere. */
  end(): void {
    this.post({ kind: 'gone' });
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

interface ScreenDetails {
  screens: readonly DetailedScreen[];
  currentScreen: DetailedScreen;
}

interface DetailedScreen {
  availLeft: number;
  availTop: number;
  availWidth: number;
  availHeight: number;
}

/** Window Management API: the next monitor, where the browser has it and may say; it asks the person once where there are several. */
async function monitorFor(taken: readonly (readonly [number, number])[]): Promise<Monitor | undefined> {
  const { getScreenDetails } = window as { getScreenDetails?: () => Promise<ScreenDetails> };
  if (!getScreenDetails || !(screen as { isExtended?: boolean }).isExtended) return undefined;
  try {
    const { screens, currentScreen } = await getScreenDetails.call(window);
    return nextMonitor(screens.map(monitorOf), monitorOf(currentScreen), taken);
  } catch {
    // Not allowed: the browser puts the window where it likes.
    return undefined;
  }
}

function monitorOf(s: DetailedScreen): Monitor {
  return { left: s.availLeft, top: s.availTop, width: s.availWidth, height: s.availHeight };
}

function isSeat(seat: number): boolean {
  return Number.isInteger(seat) && seat > 0 && seat <= MOST_SEATS;
}

function cornerOfScreen(): [number, number] {
  const { availLeft = 0, availTop = 0 } = screen as Partial<DetailedScreen>;
  return [availLeft, availTop];
}

/** crypto.randomUUID is for secure contexts only; a hospital's network may have none. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16).padStart(8, '0')).join('-');
}

function readKept(): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Kept> | null;
    if (!kept || !isId(kept.session) || !Number.isInteger(kept.seat) || !Number.isInteger(kept.agreed)) return undefined;
    return kept as Kept;
  } catch {
    return undefined;
  }
}

export const windows = new Windows();
windows.begin();
addEventListener('pagehide', () => windows.end());
// Back out of the browser's own cache, or looked at again: who is still there?
addEventListener('pageshow', (e) => e.persisted && windows.rollCall());
addEventListener('focus', () => windows.rollCall());
// Themes, keys and the like are heard of by preferences.ts. Another language loads the page anew.
addEventListener('storage', (e) => e.key === 'rr.language' && windows.others.length > 0 && location.reload());

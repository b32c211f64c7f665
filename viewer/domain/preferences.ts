/**
 * What a person chose, kept on the server and in each browser: the copy here shows at once, also while the server is away.
 * Merged name by name; what was chosen here and not taken by the server yet stands against what the server has.
 */
export interface Keeper {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** Names of everything kept. */
  keys(): string[];
}

export type Chosen = Record<string, unknown>;

export interface PreferenceServer {
  preferences(after: number): Promise<{ preferences: Chosen; version: number }>;
  changePreferences(changed: Chosen): Promise<unknown>;
}

/** Belongs to this machine: another one has other monitors. */
const LOCAL = /^monitor\./;
/** Shown before anybody has logged in, as who used this browser last liked it. */
const FIRST = ['theme', 'density', 'language'];

/** 'kept': the server has everything. 'later': it did not answer, try again. 'never': it refuses what was chosen. */
export type Sent = 'kept' | 'later' | 'never';

export class PreferenceStore {
  private owner = '';
  private version = 0;
  private sending: Promise<Sent> | undefined;

  constructor(
    private readonly keeper: Keeper,
    private readonly server: PreferenceServer,
    private readonly changed: () => void,
    /** Whether asking again could help. */
    private readonly isPassing: (error: unknown) => boolean,
  ) {}

  /** From now on choices are this person's; '' while nobody is known, whose choices stay in this browser. */
  belongTo(user: string): void {
    if (user === this.owner) return;
    this.owner = user;
    this.version = 0;
    if (user) for (const name of FIRST) this.mirror(name);
    this.changed();
  }

  get(name: string): unknown {
    const own = parsed(this.keeper.get(this.key(name)));
    return own ?? (FIRST.includes(name) ? parsed(this.keeper.get(keyOf('', name))) : undefined);
  }

  /** undefined: as usual again. Whether the server has to be told. */
  set(name: string, value: unknown): boolean {
    this.write(name, value);
    const tell = this.owner !== '' && !LOCAL.test(name);
    if (tell) this.note([...this.unsent(), name]);
    this.changed();
    return tell;
  }

  /** What other browsers of this person chose meanwhile comes in; what the server has never heard of goes out. */
  async pull(): Promise<void> {
    const owner = this.owner;
    if (!owner) return;
    const { preferences, version } = await this.server.preferences(this.version);
    if (owner !== this.owner) return;
    const waiting = new Set(this.unsent());
    const first = this.version === 0;
    let news = false;
    for (const [name, value] of Object.entries(preferences)) {
      if (waiting.has(name) || LOCAL.test(name) || same(this.own(name), value)) continue;
      this.write(name, value ?? undefined);
      news = true;
    }
    if (first) this.note([...waiting, ...this.names().filter((name) => !(name in preferences) && !LOCAL.test(name))]);
    this.version = version;
    if (news) this.changed();
  }

  /** Tells the server what it does not know yet. */
  push(): Promise<Sent> {
    this.sending ??= this.send().finally(() => (this.sending = undefined));
    return this.sending;
  }

  unsent(): string[] {
    const kept = parsed(this.keeper.get(`rr.unsent:${this.owner}`));
    return Array.isArray(kept) ? kept.filter((name) => typeof name === 'string') : [];
  }

  private async send(): Promise<Sent> {
    const names = this.unsent();
    const sent = await this.tell(names);
    if (sent !== 'never' || names.length === 1) return sent;
    // One choice that is refused holds no other up.
    for (const name of names) if ((await this.tell([name])) === 'later') return 'later';
    return 'never';
  }

  private async tell(names: readonly string[]): Promise<Sent> {
    const { owner } = this;
    if (!names.length || !owner) return 'kept';
    const told = Object.fromEntries(names.map((name) => [name, this.own(name) ?? null]));
    let sent: Sent = 'kept';
    try {
      await this.server.changePreferences(told);
    } catch (error) {
      sent = this.isPassing(error) ? 'later' : 'never';
    }
    if (owner === this.owner && (sent === 'kept' || (sent === 'never' && names.length === 1))) this.forget(names, told);
    return sent;
  }

  /** What was changed again while it was on its way stays to be told. */
  private forget(names: readonly string[], told: Chosen): void {
    this.note(this.unsent().filter((name) => !names.includes(name) || !same(this.own(name) ?? null, told[name])));
  }

  private write(name: string, value: unknown): void {
    if (value === undefined) this.keeper.remove(this.key(name));
    else this.keeper.set(this.key(name), JSON.stringify(value));
    if (this.owner && FIRST.includes(name)) this.mirror(name);
  }

  private mirror(name: string): void {
    const own = this.keeper.get(this.key(name));
    if (own !== null) this.keeper.set(keyOf('', name), own);
  }

  private own(name: string): unknown {
    return parsed(this.keeper.get(this.key(name)));
  }

  private names(): string[] {
    const tail = `:${this.owner}`;
    return this.keeper.keys().filter((key) => key.startsWith('rr.') && key.endsWith(tail) && key !== `rr.unsent${tail}`).map((key) => key.slice(3, -tail.length));
  }

  private note(names: readonly string[]): void {
    if (names.length) this.keeper.set(`rr.unsent:${this.owner}`, JSON.stringify([...new Set(names)]));
    else this.keeper.remove(`rr.unsent:${this.owner}`);
  }

  private key(name: string): string {
    return keyOf(this.owner, name);
  }
}

function keyOf(owner: string, name: string): string {
  return `rr.${name}:${owner}`;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

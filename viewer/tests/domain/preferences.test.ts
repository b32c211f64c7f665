import { describe, expect, it } from 'vitest';
import { PreferenceStore, type Chosen, type Keeper } from '../../domain/preferences';

/** The server as docs/api.md says it is. */
class Server {
  values: Chosen = {};
  versions: Record<string, number> = {};
  version = 0;
  fails: Error | undefined;
  refused = '';
  told: Chosen[] = [];

  preferences = async (after: number) => {
    if (this.fails) throw this.fails;
    const names = Object.keys(this.values).filter((name) => (this.versions[name] ?? 0) > after);
    return { preferences: Object.fromEntries(names.map((name) => [name, this.values[name]])), version: this.version };
  };

  changePreferences = async (changed: Chosen) => {
    if (this.fails) throw this.fails;
    if (this.refused in changed) throw new RangeError('refused');
    this.told.push(changed);
    this.version++;
    for (const [name, value] of Object.entries(changed)) {
      this.values[name] = value;
      this.versions[name] = this.version;
    }
  };
}

function memory(): Keeper & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return { map, get: (k) => map.get(k) ?? null, set: (k, v) => void map.set(k, v), remove: (k) => void map.delete(k), keys: () => [...map.keys()] };
}

function browser(server: Server, keeper = memory()): PreferenceStore {
  const store = new PreferenceStore(keeper, server, () => undefined, (e) => !(e instanceof RangeError));
  store.belongTo('ana');
  return store;
}

describe('what a person chose', () => {
  it('is known in another browser, also that it was taken back', async () => {
    const server = new Server();
    const [one, two] = [browser(server), browser(server)];
    expect(one.set('windows', [1, 2])).toBe(true);
    expect(await one.push()).toBe('kept');
    expect(one.unsent()).toEqual([]);
    await two.pull();
    expect(two.get('windows')).toEqual([1, 2]);
    two.set('windows', undefined);
    await two.push();
    await one.pull();
    expect(one.get('windows')).toBeUndefined();
    expect(await one.push()).toBe('kept');
    expect(server.values).toEqual({ windows: null });
  });

  it('is merged name by name', async () => {
    const server = new Server();
    const [one, two] = [browser(server), browser(server)];
    one.set('keys', { a: 1 });
    two.set('columns', ['date']);
    await one.push();
    await two.pull();
    await two.push();
    expect(server.values).toEqual({ keys: { a: 1 }, columns: ['date'] });
    expect(two.get('keys')).toEqual({ a: 1 });
  });

  it('waits for a server that is away, and then stands against what was there', async () => {
    const server = new Server();
    const keeper = memory();
    await browser(server).pull();
    const one = browser(server, keeper);
    server.fails = new Error('away');
    one.set('theme', 'bright');
    expect(await one.push()).toBe('later');
    server.fails = undefined;
    await server.changePreferences({ theme: 'dark' });
    const reloaded = browser(server, keeper);
    await reloaded.pull();
    expect(reloaded.get('theme')).toBe('bright');
    await reloaded.push();
    expect(server.values.theme).toBe('bright');
  });

  it('that this browser alone knew goes to the server, but not what belongs to the machine', async () => {
    const server = new Server();
    const keeper = memory();
    keeper.set('rr.corners:ana', '{"CT":1}');
    keeper.set('rr.monitor.2560x1440:ana', '3.7');
    keeper.set('rr.corners:ito', '2');
    const one = browser(server, keeper);
    expect(one.set('monitor.100x100', 4)).toBe(false);
    await one.pull();
    await one.push();
    expect(server.values).toEqual({ corners: { CT: 1 } });
  });

  it('that is refused holds nothing else up, and is not told for ever', async () => {
    const server = new Server();
    server.refused = 'bad';
    const one = browser(server);
    one.set('bad', 1);
    one.set('good', 2);
    expect(await one.push()).toBe('never');
    expect(server.values).toEqual({ good: 2 });
    expect(one.unsent()).toEqual([]);
    expect(one.get('bad')).toBe(1);
  });

  it('and was changed again on its way is told again', async () => {
    const server = new Server();
    const one = browser(server);
    one.set('keys', 1);
    const going = one.push();
    one.set('keys', 2);
    await going;
    expect(one.unsent()).toEqual(['keys']);
    await one.push();
    expect(server.values.keys).toBe(2);
  });

  it('shows before the login as it was last liked here, and belongs to nobody else', async () => {
    const server = new Server();
    const keeper = memory();
    const one = browser(server, keeper);
    one.set('theme', 'bright');
    one.set('keys', 1);
    one.belongTo('');
    expect(one.get('theme')).toBe('bright');
    expect(one.get('keys')).toBeUndefined();
    expect(one.set('theme', 'dark')).toBe(false);
    one.belongTo('ana');
    expect(one.get('theme')).toBe('bright');
    one.belongTo('ito');
    expect(one.get('theme')).toBe('bright');
    expect(one.unsent()).toEqual([]);
  });

  it('of a broken storage counts for nothing', () => {
    const keeper = memory();
    keeper.set('rr.keys:ana', '{');
    keeper.set('rr.unsent:ana', '[1');
    const one = browser(new Server(), keeper);
    expect(one.get('keys')).toBeUndefined();
    expect(one.unsent()).toEqual([]);
  });
});

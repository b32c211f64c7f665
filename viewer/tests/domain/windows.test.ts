import { describe, expect, it } from 'vitest';
import { featuresOf, merged, nextMonitor, Roster, type Member } from '../../domain/windows';

const member = (id: string, seat: number, since = seat): Member => ({ id: `window-${id}`, seat, since, at: 'viewer', apart: false, screen: [0, 0] });

describe('the roster', () => {
  it('counts windows in the order of their seats, and the first is whoever sits first', () => {
    const roster = new Roster(member('b', 2));
    roster.hear(member('c', 5));
    expect([roster.place('window-b'), roster.place('window-c'), roster.place('window-x')]).toEqual([1, 2, 0]);
    roster.hear(member('a', 1));
    expect(roster.first.id).toBe('window-a');
    expect(roster.place('window-b')).toBe(2);
    expect(roster.drop('window-a')?.seat).toBe(1);
    expect(roster.first.id).toBe('window-b');
  });

  it('of two in one seat the younger takes the next free one', () => {
    const [elder, younger] = [new Roster(member('a', 2, 100)), new Roster(member('b', 2, 200))];
    elder.hear(younger.me);
    younger.hear(elder.me);
    younger.hear(member('c', 1));
    expect([elder.me.seat, younger.me.seat]).toEqual([2, 3]);
    younger.hear(elder.me);
    expect(younger.all.map((m) => m.id)).toHaveLength(3);
  });

  it('hears nothing new in what it knows', () => {
    const roster = new Roster(member('a', 1));
    expect(roster.hear(member('b', 2))).toBe(true);
    expect(roster.hear(member('b', 2))).toBe(false);
    expect(roster.hear({ ...member('b', 2), apart: true })).toBe(true);
  });

  it('sends to the next window that shows the patient, round the end', () => {
    const roster = new Roster(member('b', 2));
    expect(roster.next()).toBeUndefined();
    roster.hear(member('a', 1));
    roster.hear({ ...member('c', 3), apart: true });
    roster.hear({ ...member('d', 4), at: 'elsewhere' });
    expect(roster.next()?.id).toBe('window-a');
    expect(roster.freeSeat()).toBe(5);
  });
});

it('the later case stands; of one case all studies are shared', () => {
  const one = { number: 3, studies: ['1.2', '1.3'] };
  expect(merged(one, { number: 4, studies: ['1.9'] })).toEqual({ number: 4, studies: ['1.9'] });
  expect(merged(one, { number: 2, studies: ['1.9'] })).toBe(one);
  expect(merged(one, { number: 3, studies: ['1.4', '1.2'] }).studies).toEqual(['1.2', '1.3', '1.4']);
  expect(merged(one, { number: 3, studies: ['1.3'] })).toBe(one);
});

describe('a new window', () => {
  const [left, middle, right] = [-1920, 0, 2560].map((x) => ({ left: x, top: 0, width: 1920, height: 1080 }));
  const monitors = [middle, right, left] as NonNullable<typeof left>[];

  it('goes to the next monitor on the right that has none, then round', () => {
    expect(nextMonitor(monitors, middle as never, [])).toBe(right);
    expect(nextMonitor(monitors, middle as never, [[2560, 0]])).toBe(left);
    expect(nextMonitor(monitors, right as never, [[0, 0]])).toBe(left);
    expect(nextMonitor(monitors, middle as never, [[2560, 0], [-1920, 0]])).toBe(right);
    expect(nextMonitor([middle as never], middle as never, [])).toBeUndefined();
  });

  it('fills its monitor, and is a plain window where none is known', () => {
    expect(featuresOf(left)).toBe('popup,noopener,left=-1920,top=0,width=1920,height=1080');
    expect(featuresOf(undefined)).toBe('popup,noopener');
  });
});

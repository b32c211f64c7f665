import { describe, expect, it } from 'vitest';
import {
  factsOf, isFiltered, jobOf, kindsWords, logAddress, logQuery, mergedEvents, NO_FILTER, peerWords, readLogAddress, readMoment, stamp, studiesOf, uidsOf,
  withOlder, type LogEvent,
} from '../../domain/log';

const TODAY = new Date(2026, 10, 21, 8, 40);
const iso = (...parts: [number, number, number, number?, number?, number?]) => new Date(...(parts as [number, number, number])).toISOString();

function event(id: number, change: Partial<LogEvent> = {}): LogEvent {
  return {
    id, at: `2026-11-21T08:00:${String(id).padStart(2, '0')}.000+00:00`, kind: 'C-ECHO', outcome: 'done', peer: 'CT1', address: '10.0.0.7', subject: '',
    sentence: 'Success (0000H).', facts: {}, status: '', ...change,
  };
}

describe('the filter', () => {
  it('stands in the address in its own words', () => {
    expect(logAddress(NO_FILTER)).toBe('/log');
    const filter = { ...NO_FILTER, span: 'today' as const, kinds: ['C-STORE', 'not indexed'], outcome: 'failed' as const, peer: ' CT1 ', text: 'A900 & more' };
    const address = logAddress(filter);
    expect(address).toBe('/log?span=today&kind=C-STORE%2Cnot+indexed&outcome=failed&peer=CT1&text=A900+%26+more');
    expect(readLogAddress(address.slice('/log'.length))).toEqual({ ...filter, peer: 'CT1' });
    expect(isFiltered(filter)).toBe(true);
    expect(isFiltered({ ...NO_FILTER, text: '  ' })).toBe(false);
  });
  it('reads only what it knows', () => {
    expect(readLogAddress('?span=ever&outcome=fine&from=2026-11-20')).toEqual(NO_FILTER);
    expect(readLogAddress('?span=range&from=2026-11-20&to=x').to).toBe('x');
  });
  it('asks for days of the reader', () => {
    const asked = (change: object) => Object.fromEntries(logQuery({ ...NO_FILTER, ...change }, TODAY));
    expect(asked({})).toEqual({});
    expect(asked({ span: 'today' })).toEqual({ since: iso(2026, 10, 21) });
    expect(asked({ span: 'yesterday' })).toEqual({ since: iso(2026, 10, 20), until: iso(2026, 10, 21) });
    expect(asked({ span: 'week' })).toEqual({ since: iso(2026, 10, 15) });
    expect(asked({ span: 'range', from: '2026-11-20 19:06', to: '2026-11-20' })).toEqual({ since: iso(2026, 10, 20, 19, 6), until: iso(2026, 10, 21) });
    expect(asked({ span: 'range', to: '2026-11-20 19:06' })).toEqual({ until: iso(2026, 10, 20, 19, 7) });
    expect(asked({ span: 'range', from: 'soon' })).toEqual({});
    expect(asked({ span: 'today', from: '2020-01-01' })).toEqual({ since: iso(2026, 10, 21) });
  });
  it('takes no moment that does not exist', () => {
    expect(readMoment('2026-12-31')).toEqual({ first: new Date(2026, 11, 31), after: new Date(2027, 0, 1) });
    expect(readMoment('2026-11-20T08:14:59')?.after).toEqual(new Date(2026, 10, 20, 8, 15));
    for (const wrong of ['', '2026', '2026-02-30', '2026-13-01', '2026-11-20 24:00', '2026-11-20 08:60', '0026-11-20', '2026-11-20 8:14']) expect(readMoment(wrong)).toBeUndefined();
  });
  it('says how many kinds', () => {
    expect([[], ['job'], ['job', 'log']].map(kindsWords)).toEqual(['Any kind', 'job', '2 kinds']);
  });
});

describe('what is said of an event', () => {
  it('when', () => {
    expect(stamp(iso(2026, 10, 21, 8, 14, 5), TODAY)).toBe('08:14:05');
    expect(stamp(iso(2026, 10, 20, 19, 6, 44), TODAY)).toBe('11-20 19:06:44');
    expect(stamp(iso(2025, 11, 31, 23, 59, 59), TODAY)).toBe('2025-12-31 23:59:59');
    expect(stamp('soon', TODAY)).toBe('soon');
  });
  it('with whom', () => {
    expect(peerWords(event(1))).toBe('CT1 at 10.0.0.7');
    expect(peerWords(event(1, { address: '' }))).toBe('CT1');
    expect(peerWords(event(1, { peer: '' }))).toBe('10.0.0.7');
  });
  it('every fact, the known ones in order and in words', () => {
    const facts = { odd: { a: [1] }, bytes: 4176, stored: 1284, role: 'SCP', status: 'A900', sop_class: '1.2.3', studies: ['1.2'], empty: null };
    const told = factsOf(event(7, { facts, status: 'data set does not match SOP class (A900H)' }));
    expect(told.map(({ name }) => name)).toEqual(['Time', 'Peer', 'Role', 'Status', 'SOP Class UID', 'Stored', 'Size', 'odd', 'Event']);
    expect(told.map(({ value }) => value).slice(2)).toEqual(['we were asked (SCP)', 'A900H: data set does not match SOP class', '1.2.3', '1\u2009284', '4\u2009176 bytes', '{"a":[1]}', '7']);
    expect(factsOf(event(1, { facts: { role: 'constructor', toString: 'x' } })).map(({ value }) => value)).toContain('constructor');
  });
  it('where it leads to', () => {
    expect(jobOf(event(1, { kind: 'job', subject: '12' }))).toBe(12);
    expect(jobOf(event(1, { subject: '12' }))).toBeNull();
    expect(uidsOf(event(1, { subject: '1.2.3\\1.2.4 and 2 more' }))).toEqual(['1.2.3']);
    expect(uidsOf(event(1, { kind: 'node', subject: 'City hospital' }))).toEqual([]);
    expect(studiesOf(event(1, { facts: { studies: ['1.2.3', 4, '<b>', '/viewer'] } }))).toEqual(['1.2.3']);
    expect(studiesOf(event(1, { facts: { studies: '1.2.3' } }))).toEqual([]);
  });
});

describe('rows', () => {
  const ids = (events: readonly LogEvent[]) => events.map(({ id }) => id);
  it('take new ones in their places, each once', () => {
    expect(ids(mergedEvents([event(5), event(3)], [event(6), event(5), event(4), event(7), event(7)], true))).toEqual([7, 6, 5, 4, 3]);
    expect(ids(mergedEvents([event(5), event(3)], [event(1)], true))).toEqual([5, 3]);
    expect(ids(mergedEvents([event(5), event(3)], [event(1)], false))).toEqual([5, 3, 1]);
    expect(ids(mergedEvents([], [event(1), event(2)], false))).toEqual([2, 1]);
  });
  it('of one moment: what was written later stands above', () => {
    const { at } = event(5);
    expect(ids(mergedEvents([event(5)], [event(9, { at }), event(4, { at })], false))).toEqual([9, 5, 4]);
  });
  it('take older ones below', () => {
    expect(ids(withOlder([event(5), event(3)], [event(3), event(2)]))).toEqual([5, 3, 2]);
  });
});

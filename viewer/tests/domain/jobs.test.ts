import { describe, expect, it } from 'vitest';
import { clockOrDay, span } from '../../core/instants';
import {
  canRestart, countOf, filled, grouped, isOver, jobsAddress, jobsQuery, keptSentence, mergePages, paceOf, pollSeconds, readAddress, restartWords,
  sampled, stateLine, subjectOf, sums, titleOf, type Job, type JobPage, type JobState, type Sample,
} from '../../domain/jobs';
import { may, type Session } from '../../domain/server';

/** A moment of today's clock, so that the reader's time zone does not matter. */
function at(hour: number, minute: number, second = 0): string {
  return new Date(2026, 10, 21, hour, minute, second).toISOString();
}
const NOW = new Date(2026, 10, 21, 8, 40);

function job(change: Partial<Job> = {}, items: Partial<Job['items']> = {}): Job {
  const counts = { waiting: 0, done: 0, warning: 0, failed: 0, ...items };
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  return {
    id: 7, kind: 'send', node: 'City hospital', subject: 'Moreau, Élodie · Heart', priority: 'normal', ordered_by: 'ruiz', state: 'running', run: 1,
    attempts: 0, items: counts, total, words: '', created_at: at(8, 10), started_at: at(8, 11), ended_at: null, next_try_at: null, cancelling: false, seen: false,
    ...change,
  };
}

describe('what is said of a job', () => {
  it('while it goes on', () => {
    const running = job({}, { waiting: 488, done: 796 });
    expect(titleOf(running)).toBe('Sending to City hospital');
    expect(stateLine(running, NOW)).toBe('796 of 1\u2009284 images');
    expect(stateLine(running, NOW, 58)).toBe('796 of 1\u2009284 images · 58 / s · 8 s left');
    expect(stateLine(job({}, { waiting: 3, done: 1, failed: 2 }), NOW, 0.5)).toBe('3 of 6 images · 2 failed · 30 / min · 6 s left');
    expect(filled(running)).toBeCloseTo(796 / 1284);
    expect(stateLine(job(), NOW)).toBe('finding out what there is to do');
    expect(filled(job())).toBeNull();
  });
  it('while it waits or rests', () => {
    expect(stateLine(job({ state: 'waiting' }), NOW)).toBe('waiting for its turn');
    expect(stateLine(job({ state: 'waiting', priority: 'high' }), NOW)).toBe('waiting for its turn · high priority');
    const resting = job({ state: 'resting', attempts: 2, next_try_at: at(8, 44, 10) }, { waiting: 2, done: 1 });
    expect(titleOf(resting)).toBe('Sending to City hospital: waiting for it');
    expect(stateLine(resting, NOW)).toBe('1 of 3 images · next try in 4 min 10 s · tried 2 times');
    expect(stateLine({ ...resting, next_try_at: at(8, 39) }, NOW)).toBe('1 of 3 images · next try now · tried 2 times');
    expect(stateLine({ ...resting, cancelling: true }, NOW)).toBe('stopping');
  });
  it('when it is done', () => {
    const done = job({ state: 'done', ended_at: at(8, 11, 6) }, { done: 214 });
    expect(titleOf(done)).toBe('Sent to City hospital');
    expect(stateLine(done, NOW)).toBe('done 08:11 in 6 s, all 214 images');
    expect(stateLine(job({ state: 'done', ended_at: at(8, 11, 6) }, { done: 2, warning: 1 }), NOW)).toBe('done 08:11 in 6 s, all 3 images, 1 with a warning');
    expect(stateLine(job({ state: 'done', ended_at: at(8, 11, 6) }, { done: 1 }), NOW)).toBe('done 08:11 in 6 s, 1 image');
    expect(stateLine(job({ state: 'done', ended_at: at(8, 11) }), NOW)).toBe('done 08:11 in 0 s, there was nothing to do');
    expect(filled(done)).toBeNull();
  });
  it('when it failed: what happened, what was kept', () => {
    const failed = job({ state: 'failed', ended_at: at(8, 37), attempts: 3 }, { done: 212, failed: 2 });
    expect(titleOf(failed)).toBe('2 of 214 images did not arrive');
    expect(subjectOf(failed)).toBe('Moreau, Élodie · Heart → City hospital');
    expect(stateLine(failed, NOW)).toBe('failed 08:37, tried 3 times');
    expect(keptSentence(failed)).toBe('212 images arrived and stay there.');
    expect(restartWords(failed)).toBe('Try those 2 again');
    const one = job({ state: 'failed', ended_at: at(8, 37) }, { done: 1, failed: 1 });
    expect(titleOf(one)).toBe('1 of 2 images did not arrive');
    expect(keptSentence(one)).toBe('1 image arrived and stays there.');
    expect(restartWords(one)).toBe('Try that one again');
    expect(titleOf(job({ state: 'failed' }, { failed: 5 }))).toBe('All 5 images did not arrive');
    expect(titleOf(job({ state: 'failed' }, { failed: 1 }))).toBe('The image did not arrive');
    expect(titleOf(job({ state: 'failed', words: 'Tried 8 times.' }))).toBe('Sending to City hospital failed');
    expect(keptSentence(job({ state: 'failed' }))).toBe('');
  });
  it('when it was stopped', () => {
    const stopped = job({ state: 'cancelled', ended_at: at(8, 20) }, { waiting: 9, done: 3 });
    expect(titleOf(stopped)).toBe('Sending to City hospital was stopped');
    expect(stateLine(stopped, NOW)).toBe('stopped 08:20, 3 of 12 images done');
    expect(restartWords(stopped)).toBe('Try those 9 again');
  });
  it('of other kinds, and of one nobody knows', () => {
    expect(titleOf(job({ kind: 'fetch', state: 'done' }))).toBe('Fetched from City hospital');
    expect(subjectOf(job({ kind: 'fetch', state: 'failed', subject: 'Priors' }, { failed: 1, done: 1 }))).toBe('Priors ← City hospital');
    expect(keptSentence(job({ kind: 'commit', state: 'failed' }, { failed: 1, done: 1 }))).toBe('1 image is kept there.');
    expect(titleOf(job({ kind: 'verify', node: '', state: 'failed' }, { failed: 1, done: 1 }))).toBe('1 of 2 images is not as it was stored');
    expect(stateLine(job({ kind: 'prepare', node: '' }, { waiting: 3, done: 1 }), NOW)).toBe('1 of 4 series');
    expect(titleOf(job({ kind: 'constructor', state: 'failed' }, { failed: 2, done: 1 }))).toBe('2 of 3 things could not be done');
  });
});

describe('states', () => {
  it('what can be done in each', () => {
    const able = (states: JobState[], can: (j: Job) => boolean) => states.filter((state) => can(job({ state })));
    const all: JobState[] = ['waiting', 'running', 'resting', 'done', 'failed', 'cancelled'];
    expect(able(all, isOver)).toEqual(['done', 'failed', 'cancelled']);
    expect(able(all, canRestart)).toEqual(['resting', 'failed', 'cancelled']);
    expect(restartWords(job({ state: 'resting' }, { waiting: 2 }))).toBe('Try now');
  });
  it('counts by choice; a state without jobs may be missing', () => {
    const counts = { running: 1, resting: 2, done: 31, failed: 3, alerts: 2 };
    expect(countOf('all', counts)).toBe(37);
    expect(countOf('working', counts)).toBe(3);
    expect(countOf('cancelled', counts)).toBe(0);
    expect(sums(counts)).toBe('3 working, 2 failed and not looked at');
    expect(sums({})).toBe('Nothing is being done');
  });
  it('asked for again: at once while something moves, slowly otherwise, hardly ever in the dark', () => {
    expect(pollSeconds({ running: 1 }, true)).toBe(1);
    expect(pollSeconds({ waiting: 1 }, true)).toBe(1);
    expect(pollSeconds({ resting: 1 }, true)).toBe(3);
    expect(pollSeconds({ done: 5, failed: 2 }, true)).toBe(10);
    expect(pollSeconds({ running: 1 }, false)).toBe(60);
  });
});

describe('the address', () => {
  it('holds filter and open job, and survives', () => {
    const filter = { show: 'failed' as const, node: 'City & hospital' };
    const address = jobsAddress(filter, 12);
    expect(address).toBe('/jobs?show=failed&node=City+%26+hospital&job=12');
    expect(readAddress(address.slice('/jobs'.length))).toEqual({ filter, open: 12 });
    expect(jobsAddress({ show: 'all', node: '' }, null)).toBe('/jobs');
    expect(readAddress('')).toEqual({ filter: { show: 'all', node: '' }, open: null });
  });
  it('takes no nonsense', () => {
    expect(readAddress('?show=<b>&job=12/../../x')).toEqual({ filter: { show: 'all', node: '' }, open: null });
  });
  it('becomes the question to the server', () => {
    expect(jobsQuery({ show: 'working', node: 'A' }, 100, 55).toString()).toBe('limit=100&state=waiting%2Crunning%2Cresting&node=A&before=55');
    expect(jobsQuery({ show: 'all', node: '' }, 20).toString()).toBe('limit=20');
  });
});

describe('pages', () => {
  const page = (ids: number[], next: number | null): JobPage => ({ jobs: ids.map((id) => job({ id })), counts: {}, next });
  const ids = (jobs: readonly Job[]) => jobs.map((j) => j.id);
  it('older rows stay under the fresh ones; what left the filter goes', () => {
    const known = [9, 8, 7, 6, 5, 4].map((id) => job({ id }));
    const merged = mergePages(page([10, 9, 7], 7), known, false);
    expect(ids(merged.jobs)).toEqual([10, 9, 7, 6, 5, 4]);
    expect(merged.next).toBe(4);
    expect(mergePages(page([10, 9, 7], 7), known, true).next).toBeNull();
  });
  it('a page without a next one is all there is', () => {
    expect(mergePages(page([3], null), [job({ id: 2 })], false)).toMatchObject({ jobs: [{ id: 3 }], next: null });
    expect(mergePages(page([], null), [job({ id: 2 })], false)).toEqual({ jobs: [], next: null });
  });
});

describe('failures', () => {
  it('the same words stand together, failed before warned, many before few', () => {
    const groups = grouped([
      { key: '1', state: 'warning', words: 'B000' },
      { key: '2', state: 'failed', words: 'refused' },
      { key: '3', state: 'failed', words: 'no JPEG 2000' },
      { key: '4', state: 'failed', words: 'no JPEG 2000' },
    ]);
    expect(groups.map((g) => [g.state, g.words, g.keys])).toEqual([
      ['failed', 'no JPEG 2000', ['3', '4']],
      ['failed', 'refused', ['2']],
      ['warning', 'B000', ['1']],
    ]);
  });
});

describe('pace', () => {
  const feed = (...all: Sample[]) => all.reduce<Sample[]>((samples, s) => sampled(samples, s), []);
  it('over the last ten seconds; nothing from nothing', () => {
    expect(paceOf(feed({ at: 0, count: 0 }))).toBeNaN();
    expect(paceOf(feed({ at: 0, count: 0 }, { at: 1, count: 9 }))).toBeNaN();
    expect(paceOf(feed({ at: 0, count: 0 }, { at: 2, count: 20 }))).toBe(10);
    expect(paceOf(feed({ at: 0, count: 0 }, { at: 2, count: 20 }, { at: 12, count: 220 }))).toBe(20);
    expect(paceOf(feed({ at: 0, count: 5 }, { at: 3, count: 5 }))).toBeNaN();
  });
  it('begins anew when a job was started again', () => {
    expect(feed({ at: 0, count: 50 }, { at: 2, count: 3 })).toEqual([{ at: 2, count: 3 }]);
  });
});

describe('moments', () => {
  it('spans', () => {
    expect([0, 5.6, 60, 250, 3600, 7500, 90_000, NaN].map(span)).toEqual(['0 s', '6 s', '1 min', '4 min 10 s', '1 h', '2 h 5 min', '1 d 1 h', '']);
  });
  it('today, this year, before', () => {
    expect(clockOrDay(at(7, 5), NOW)).toBe('07:05');
    expect(clockOrDay(new Date(2026, 1, 3, 19, 6).toISOString(), NOW)).toBe('02-03 19:06');
    expect(clockOrDay(new Date(2025, 1, 3).toISOString(), NOW)).toBe('2025-02-03');
    expect(clockOrDay(null, NOW)).toBe('');
    expect(clockOrDay('soon', NOW)).toBe('');
  });
});

describe('roles', () => {
  const session = (roles: string[] | null, login_required: boolean): Session => ({
    user: roles && { name: 'a', display_name: 'A', roles }, login_required, server: null, hidden_classes: [],
  });
  it('administrators may do everything, nobody may do nothing', () => {
    expect(may(session(['reader'], true), 'sender')).toBe(false);
    expect(may(session(['reader', 'sender'], true), 'sender')).toBe(true);
    expect(may(session(['administrator'], true), 'sender')).toBe(true);
    expect(may(session(null, true), 'reader')).toBe(false);
    expect(may(session(null, false), 'administrator')).toBe(true);
  });
});

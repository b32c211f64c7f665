import { describe, expect, it } from 'vitest';
import { eventReader } from '../../core/event-stream';
import { echoTime, knownWords, linesOf, remediesOf, stepName, took, verdictOf, type Examination, type Outcome, type Step } from '../../domain/examination';

function step(name: string, outcome: Outcome, remedy = '', seconds = 0.001): Step {
  return { name, outcome, said: '', remedy, seconds };
}
function test(steps: Step[], change: Partial<Examination> = {}): Examination {
  return { at: '2026-11-21T08:40:00Z', steps, end: { failed: false }, lost: '', ...change };
}

describe('the verdict', () => {
  it('the first failure, else the first warning, else it answers', () => {
    expect(verdictOf(undefined)).toEqual({ outcome: 'not tried', words: 'Not tested yet' });
    expect(verdictOf(test([step('echo', 'fine'), step('tls', 'not tried')]))).toEqual({ outcome: 'fine', words: 'Answers' });
    expect(verdictOf(test([step('tls', 'warning'), step('echo', 'fine')])).words).toBe('Answers; look at: TLS');
    expect(verdictOf(test([step('tls', 'warning'), step('association', 'failed'), step('echo', 'failed')]))).toEqual({ outcome: 'failed', words: 'Refuses us' });
    expect(verdictOf(test([step('name', 'fine')], { end: undefined })).outcome).toBe('running');
    expect(verdictOf(test([step('name', 'fine')], { end: undefined, lost: 'The server did not answer.' })).words).toBe('Test broke off');
    expect(verdictOf(test([step('toString', 'failed')])).words).not.toContain('function');
    expect(stepName(step('toString', 'fine'))).toBe('toString');
  });
  it('for all', () => {
    const verdicts = [test([step('echo', 'failed')]), test([step('tls', 'warning')]), undefined].map(verdictOf);
    expect(knownWords(3, verdicts)).toBe('3 known, 1 fails, 1 needs a look');
    expect(knownWords(0, [])).toBe('0 known');
  });
});

describe('its parts', () => {
  it('each remedy once, only of what is not fine', () => {
    expect(remediesOf([step('a', 'failed', 'Ask.'), step('b', 'warning', 'Ask.'), step('c', 'fine', 'Nothing.'), step('d', 'not tried')])).toEqual(['Ask.']);
  });
  it('what was not tried for the same reason shares a line', () => {
    const steps = [step('tls', 'not tried'), { ...step('echo', 'not tried'), said: 'no' }, { ...step('find', 'not tried'), said: 'no' }, step('get', 'fine'), step('move', 'fine')];
    expect(linesOf(steps).map((line) => line.map((s) => s.name))).toEqual([['tls'], ['echo', 'find'], ['get'], ['move']]);
  });
  it('times', () => {
    expect([0, 0.0004, 0.041, 1.24].map(took)).toEqual(['', '0.4 ms', '41 ms', '1.2 s']);
    expect(echoTime(test([step('echo', 'fine', '', 0.006)]))).toBe('6.0 ms');
    expect(echoTime(test([step('echo', 'failed')]))).toBe('');
  });
});

describe('the event stream', () => {
  it('comes in pieces that are cut anywhere', () => {
    const text = 'event: step\r\ndata: {"a":1}\r\n\r\n: a comment\n\nevent: end\ndata: x\ndata: y\n\ndata:z\n\n';
    const read = eventReader();
    const events = [...text].flatMap((letter) => read(letter));
    expect(events).toEqual([{ event: 'step', data: '{"a":1}' }, { event: 'end', data: 'x\ny' }, { event: 'message', data: 'z' }]);
    expect(eventReader()(text)).toEqual(events);
    expect(eventReader()('event: step\ndata: half')).toEqual([]);
  });
});

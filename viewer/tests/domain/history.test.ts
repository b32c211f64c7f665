import { expect, it } from 'vitest';
import { Steps } from '../../domain/history';

function put(steps: Steps, state: { at: string }, to: string, kind: string, time: number): void {
  const from = state.at;
  state.at = to;
  steps.push({ words: to, kind, undo: () => (state.at = from), redo: () => (state.at = to) }, time);
}

it('goes back and forth, and forgets the future when something else is done', () => {
  const [steps, state] = [new Steps(), { at: 'a' }];
  expect([steps.undo(), steps.redo()]).toEqual([false, false]);
  put(steps, state, 'b', '', 0);
  put(steps, state, 'c', '', 1);
  expect([steps.undoable, steps.undo(), state.at, steps.redoable]).toEqual(['c', true, 'b', 'c']);
  expect([steps.redo(), state.at]).toEqual([true, 'c']);
  steps.undo();
  put(steps, state, 'd', '', 2);
  expect([steps.redoable, steps.undo(), steps.undo(), state.at]).toEqual(['', true, true, 'a']);
});

it('the same deed quickly again is one step', () => {
  const [steps, state] = [new Steps(), { at: 'a' }];
  put(steps, state, 'b', 'zoom 0', 0);
  put(steps, state, 'c', 'zoom 0', 500);
  put(steps, state, 'd', 'zoom 0', 1000);
  expect([steps.undo(), state.at, steps.undo()]).toEqual([true, 'a', false]);
  expect([steps.redo(), state.at]).toEqual([true, 'd']);
});

it('later, of another kind, of none, or after an undo it is a step of its own', () => {
  const [steps, state] = [new Steps(), { at: 'a' }];
  put(steps, state, 'b', 'zoom 0', 0);
  put(steps, state, 'c', 'zoom 0', 900);
  put(steps, state, 'd', 'pan 0', 901);
  put(steps, state, 'e', '', 902);
  put(steps, state, 'f', '', 903);
  for (const before of ['e', 'd', 'c', 'b']) expect([steps.undo(), state.at]).toEqual([true, before]);
  put(steps, state, 'g', 'zoom 0', 904);
  expect([steps.undo(), state.at, steps.undo(), state.at]).toEqual([true, 'b', true, 'a']);
});

it('keeps a hundred', () => {
  const [steps, state] = [new Steps(), { at: '0' }];
  for (let i = 1; i <= 105; i++) put(steps, state, String(i), '', i);
  let count = 0;
  while (steps.undo()) count++;
  expect([count, state.at]).toEqual([100, '5']);
});

it('what needs a series that has gone is forgotten', () => {
  const [steps, done] = [new Steps(), [] as string[]];
  for (const words of ['a', 'b', 'c']) steps.push({ words, kind: '', about: [words], undo: () => done.push(words), redo: () => undefined }, 0);
  steps.undo();
  steps.forget(['b', 'c']);
  expect([steps.redoable, steps.undo(), steps.undo(), done]).toEqual(['', true, false, ['c', 'a']]);
});

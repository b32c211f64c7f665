/** Commands that a view of a kind answers by name: Space plays its video, + enlarges its page. What it answers is not dim. */
import { useLayoutEffect, useRef } from 'react';
import type { ViewerModel } from '../viewer-model';
import { takeCommands } from './commands';

/** By the names of domain/commands. */
export type Answers = Readonly<Record<string, () => void>>;

const answering = new WeakMap<ViewerModel, Map<number, () => Answers>>();

/** While this view is there, its viewport answers these commands, whether by key, palette, menu or button. */
export function useAnswers(model: ViewerModel, cell: number, answers: Answers): void {
  const latest = useRef(answers);
  useLayoutEffect(() => {
    latest.current = answers;
  });
  useLayoutEffect(() => {
    const cells = answering.get(model) ?? new Map<number, () => Answers>();
    const now = () => latest.current;
    answering.set(model, cells.set(cell, now));
    const giveBack = takeCommands(model, cell, (id) => {
      const answer = Object.hasOwn(latest.current, id) ? latest.current[id] : undefined;
      answer?.();
      return answer !== undefined;
    });
    return () => {
      giveBack();
      if (cells.get(cell) === now) cells.delete(cell);
    };
  }, [model, cell]);
}

/** Whether what is shown in the active viewport answers a command. */
export function isAnswered(model: ViewerModel, id: string): boolean {
  return Object.hasOwn(answering.get(model)?.get(model.active)?.() ?? {}, id);
}

/** What was done and can be taken back, newest last. */

export interface Step {
  /** What was done, for "Undo: window". */
  words: string;
  undo: () => void;
  redo: () => void;
  /** Steps of the same kind that follow each other quickly are one: a wheel that is turned, a key that is held. '' never is. */
  kind: string;
  /** Series it needs. */
  about?: readonly string[];
}

const MOST_STEPS = 100;
/** Milliseconds between what counts as one. */
const QUICKLY = 800;

export class Steps {
  private past: readonly Step[] = [];
  private future: readonly Step[] = [];
  private last = -Infinity;

  /** at: when it was done, in milliseconds of any clock that goes on. */
  push(step: Step, at: number): void {
    const before = this.past.at(-1);
    const same = before && step.kind !== '' && step.kind === before.kind && at - this.last < QUICKLY && !this.future.length;
    this.past = same ? [...this.past.slice(0, -1), { ...step, undo: before.undo }] : [...this.past, step].slice(-MOST_STEPS);
    this.future = [];
    this.last = at;
  }

  /** Words of what would be taken back, '' when there is nothing. */
  get undoable(): string {
    return this.past.at(-1)?.words ?? '';
  }

  get redoable(): string {
    return this.future[0]?.words ?? '';
  }

  /** Steps about series that are there no more. */
  forget(series: readonly string[]): void {
    const stays = (step: Step) => !step.about?.some((uid) => series.includes(uid));
    this.past = this.past.filter(stays);
    this.future = this.future.filter(stays);
  }

  undo(): boolean {
    const step = this.past.at(-1);
    if (!step) return false;
    this.past = this.past.slice(0, -1);
    this.future = [step, ...this.future];
    this.last = -Infinity;
    step.undo();
    return true;
  }

  redo(): boolean {
    const [step, ...rest] = this.future;
    if (!step) return false;
    this.past = [...this.past, step];
    this.future = rest;
    this.last = -Infinity;
    step.redo();
    return true;
  }
}

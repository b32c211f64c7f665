/** What views of kinds other than images keep of a series (page, gain, choice): JSON that outlives a reload (domain/layout-kept). */
import { useSyncExternalStore } from 'react';

export type OwnState = Readonly<Record<string, unknown>>;

export class OwnStates {
  private states = new Map<string, OwnState>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  of(series: string): OwnState {
    return this.states.get(series) ?? NONE;
  }

  change(series: string, change: OwnState): void {
    this.states.set(series, { ...this.of(series), ...change });
    for (const listener of this.listeners) listener();
  }

  kept(): Record<string, OwnState> {
    return Object.fromEntries(this.states);
  }

  putBack(kept: Readonly<Record<string, OwnState>>): void {
    this.states = new Map(Object.entries(kept));
  }
}

const NONE: OwnState = {};

/** Redraws with it. What comes back from a reload may be anything: readers check it. */
export function useOwnState(states: OwnStates, series: string): OwnState {
  return useSyncExternalStore(states.subscribe, () => states.of(series));
}

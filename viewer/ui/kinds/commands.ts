/** Commands that a view of another kind than images takes itself (zoom, fit, turn ...), while its viewport is the active one. */
import { useEffect, useRef } from 'react';
import type { ViewerModel } from '../viewer-model';

/** False: not its own, what comes next may have it. */
export type Takes = (id: string) => boolean;

const taken = new WeakMap<ViewerModel, Map<number, Takes>>();

/** The returned function gives them back. */
export function takeCommands(model: ViewerModel, cell: number, takes: Takes): () => void {
  const cells = taken.get(model) ?? new Map<number, Takes>();
  taken.set(model, cells.set(cell, takes));
  return () => {
    if (cells.get(cell) === takes) cells.delete(cell);
  };
}

export function runByKind(model: ViewerModel, id: string): boolean {
  return taken.get(model)?.get(model.active)?.(id) ?? false;
}

/** Taken as long as the view is shown in its cell, by what its last rendering knows. */
export function useKindCommands(model: ViewerModel, cell: number, takes: Takes): void {
  const latest = useRef(takes);
  useEffect(() => {
    latest.current = takes;
  });
  useEffect(() => takeCommands(model, cell, (id) => latest.current(id)), [model, cell]);
}

/** The place in the panel that the view of the active viewport fills with what belongs beside it. */
import { useSyncExternalStore, type ReactElement, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import type { ViewerModel } from '../viewer-model';

let slot: HTMLElement | null = null;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setSlot(element: HTMLElement | null): void {
  slot = element;
  for (const listener of listeners) listener();
}

/** In the panel. */
export function KindSlot(): ReactElement {
  return <div ref={setSlot} data-testid="kind-panel" />;
}

/** In the view: its children stand in the panel while this viewport is the active one and the panel is open. */
export function BesideKind({ model, cell, children }: { model: ViewerModel; cell: number; children: ReactNode }): ReactElement | null {
  const element = useSyncExternalStore(subscribe, () => slot);
  return element && model.active === cell ? createPortal(children, element) : null;
}

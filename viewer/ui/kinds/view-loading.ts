/**
 * The program of a kind's view, fetched when it is first looked at. Not React.lazy: what waits behind that is drawn in pieces which every other
 * change of the page throws away, without end. A report of ten thousand lines was never there while its study grew.
 */
import { useEffect, useState, type ComponentType } from 'react';
import type { ObjectKind } from '../../domain/object-kinds';
import type { KindProps } from './kind-view';

type View = ComponentType<KindProps>;
type Kind = Exclude<ObjectKind, 'images'>;

/** One for each kind but images. */
const VIEWS: Record<Kind, () => Promise<{ default: View }>> = {
  slide: () => import('./slide/view'),
  annotations: () => import('./slide/annotations'),
  plan: () => import('./plan/view'),
  structures: () => import('./structures/view'),
  document: () => import('./document/view'),
  mesh: () => import('./mesh/view'),
  video: () => import('./video/view'),
  spectra: () => import('./spectra/view'),
  waveform: () => import('./waveform/view'),
  report: () => import('./report/view'),
  measurements: () => import('./measurements/view'),
  tags: () => import('./tags/view'),
  segmentation: () => import('./segmentation/view'),
  tracts: () => import('./surfaces/view'),
  scan: () => import('./surfaces/view'),
  registration: () => import('./registration/view'),
  fiducials: () => import('./registration/view'),
  presentation: () => import('./presentation/view'),
  films: () => import('./films/view'),
  overlay: () => import('./overlay/view'),
  'key-objects': () => import('./key-objects/view'),
  curve: () => import('./curve/view'),
};

const here = new Map<Kind, View>();

export interface ViewLoading {
  /** Undefined until it has come, and for images. */
  View: View | undefined;
  failed: boolean;
  again: () => void;
}

export function useViewOf(kind: ObjectKind): ViewLoading {
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<{ kind: ObjectKind; failed: boolean }>();
  useEffect(() => {
    if (kind === 'images' || here.has(kind)) return undefined;
    let isWanted = true;
    const told = (failed: boolean) => isWanted && setAnswer({ kind, failed });
    VIEWS[kind]().then(
      (program) => {
        here.set(kind, program.default);
        told(false);
      },
      () => told(true),
    );
    return () => {
      isWanted = false;
    };
  }, [kind, attempt]);
  const again = () => {
    setAnswer(undefined);
    setAttempt((n) => n + 1);
  };
  return { View: kind === 'images' ? undefined : here.get(kind), failed: answer?.kind === kind && answer.failed, again };
}

/** window.readingRoom: for scripts and tests. Documented in docs/automation.md; keep both in step. */
import type { Voi } from '../core/voi';
import { memoryBytes, memoryLimit } from './stage/frames';
import type { Probe } from './stage/stage';
import type { ViewerModel } from './viewer-model';

export interface ViewportReport {
  id: string;
  active: boolean;
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  /** 1-based. */
  frame: number;
  /** 1-based place in the stack, and its length. */
  image: number;
  images: number;
  window: { center: number | null; width: number | null; function: string };
  inverted: boolean;
  rotation: number;
  flipped: boolean;
  /** Screen pixels a column of the image. */
  zoom: number;
  /** CSS pixels. */
  width: number;
  height: number;
  columns: number;
  rows: number;
  /** Image to canvas (screen pixels), as CanvasRenderingContext2D.setTransform takes it. */
  matrix: number[];
  interpolation: boolean;
  /** The small image of first paint is drawn; `probe` tells values from the full pixels only. */
  reduced: boolean;
  error: string;
}

export interface ReadingRoom {
  viewports(): ViewportReport[];
  /** Values at CSS pixels of a viewport; null beside the image. */
  probe(viewportId: string, x: number, y: number): Probe | null;
  /** Bytes that frames take, and may take. */
  memory(): { bytes: number; limit: number };
}

declare global {
  interface Window {
    readingRoom?: ReadingRoom;
  }
}

/** Put the surface on the window; the returned function takes it off. */
export function publish(model: ViewerModel): () => void {
  const surface: ReadingRoom = {
    viewports: () => [...model.stages.keys()].sort((a, b) => a - b).map((cell) => report(model, cell)),
    probe: (id, x, y) => [...model.stages.values()].find((s) => s.id === id)?.probe(x, y) ?? null,
    memory: () => ({ bytes: memoryBytes(), limit: memoryLimit() }),
  };
  window.readingRoom = surface;
  return () => {
    if (window.readingRoom === surface) delete window.readingRoom;
  };
}

function report(model: ViewerModel, cell: number): ViewportReport {
  const stage = model.stages.get(cell);
  const snap = stage?.snapshot();
  const ref = snap?.ref;
  return {
    id: stage?.id ?? '',
    active: cell === model.active,
    studyInstanceUID: snap?.displaySet?.studyInstanceUid ?? '',
    seriesInstanceUID: snap?.displaySet?.seriesInstanceUid ?? '',
    sopInstanceUID: ref?.sopInstanceUid ?? '',
    frame: ref?.frame ?? 0,
    image: (snap?.shown ?? -1) + 1,
    images: snap?.displaySet?.images.length ?? 0,
    window: windowReport(snap?.displaySet?.colour ? undefined : snap?.applied),
    inverted: snap?.inverted ?? false,
    rotation: snap?.orientation.rotation ?? 0,
    flipped: snap?.orientation.flip ?? false,
    zoom: snap?.zoom ?? 0,
    width: snap?.width ?? 0,
    height: snap?.height ?? 0,
    columns: ref?.pixel.columns ?? 0,
    rows: ref?.pixel.rows ?? 0,
    matrix: [...(snap?.matrix ?? [])],
    interpolation: stage?.smoothing ?? true,
    reduced: snap?.reduced ?? false,
    error: snap?.error ?? '',
  };
}

function windowReport(voi: Voi | undefined): ViewportReport['window'] {
  if (voi?.kind === 'window') return { center: voi.window.center, width: voi.window.width, function: voi.window.function };
  return { center: null, width: null, function: voi ? 'LUT' : 'NONE' };
}

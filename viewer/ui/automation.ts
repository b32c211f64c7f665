/** window.readingRoom: for scripts and tests. Documented in docs/automation.md; keep both in step. */
import type { Voi } from '../core/voi';
import type { ImageRef } from '../domain/display-sets';
import { rectangleOf } from '../domain/linking';
import { memoryBytes, memoryLimit } from './stage/frames';
import { isSuv } from '../core/suv';
import { suvOfImage } from '../domain/suv';
import type { Fusion } from './stage/fusion';
import { suvKind } from './suv-choice';
import type { Probe } from './stage/stage';
import type { ViewerModel } from './viewer-model';
import type { Snapshot } from './stage/view';
import { windows } from './windows';

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
  /** What opens the series: 'images', 'report', 'waveform' ...; '' before its metadata are here. */
  kind: string;
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
  /** Where the image lies: Image Position and Orientation (Patient), row and column spacing in mm; null when it does not say. */
  place: { position: number[]; orientation: number[]; spacing: number[] } | null;
  /** The small image of first paint is drawn; `probe` tells values from the full pixels only. */
  reduced: boolean;
  /** Another image is wanted and on its way. */
  awaited: boolean;
  /** What lies over the image, once all of it is there; window in SUV where there is one. */
  over: { seriesInstanceUID: string; colourMap: string; opacity: number; clear: boolean; low: number; high: number; notes: string[] } | null;
  /** The presentation state in force, null for none; its SOP Instance UID, and whether its graphics alone are shown. */
  state: { sopInstanceUID: string; label: string; graphicsOnly: boolean } | null;
  /** A mask is subtracted; rows down and columns to the left that it is moved. */
  mask: { on: boolean; frames: number[]; shift: number[] } | null;
  error: string;
}

export interface VolumeReport {
  seriesInstanceUID: string;
  /** Slices that are there, that failed, and all there are. */
  loaded: number;
  failed: number;
  total: number;
  /** Columns, rows, slices of the volume. */
  size: number[];
  /** What is said about it, one sentence each. */
  findings: string[];
  /** Where the planes cross, LPS, mm. */
  crosshair: number[];
  slab: { mode: string; thickness: number };
  oblique: boolean;
  /** Its planes are made by the server. */
  onServer: boolean;
  /** Points of the drawn path, LPS, mm. */
  path: number[][];
}

export interface ThreeReport {
  /** card, program (a renderer without a card), processor (the maximum only), '' while it loads. */
  by: string;
  preset: string;
  /** Fine pictures so far, and whether a rough one is on the screen now. */
  drawn: number;
  rough: boolean;
  /** Patient directions (LPS) to the right, up and to the viewer; the patient point in the middle; mm a CSS pixel. */
  eye: { right: number[]; up: number[]; towards: number[]; centre: number[]; mm: number } | null;
  words: string;
  notices: string[];
}

export interface ReadingRoom {
  viewports(): ViewportReport[];
  /** Values at CSS pixels of a viewport; null beside the image. */
  probe(viewportId: string, x: number, y: number): Probe | null;
  /** Multiplanar; null when it is off. */
  volume(): VolumeReport | null;
  /** The crossing of its planes goes to a point of the patient (LPS, mm). False without Multiplanar. */
  moveCrosshair(x: number, y: number, z: number): boolean;
  /** The windows of the session: which one this is, how many there are, whether the others follow it; alone: 1, 1. */
  windows(): { number: number; count: number; first: boolean; apart: boolean };
  /** Bytes that frames take, and may take. */
  memory(): { bytes: number; limit: number };
  /** What a viewport shows in three dimensions; null when it shows slices. */
  three(viewportId: string): ThreeReport | null;
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
    volume: () => volumeReport(model),
    moveCrosshair: (...point) => {
      model.multiplanar.active?.moveTo(point);
      return model.multiplanar.active !== undefined;
    },
    three: (id) => {
      const three = [...model.stages.values()].find((s) => s.id === id)?.three?.snapshot();
      if (!three) return null;
      const { by, preset, drawn, rough, eye, words, notices } = three;
      return { by, preset, drawn, rough, eye: eye ?? null, words, notices: [...notices] };
    },
    windows: () => ({ number: windows.place(), count: windows.members.length, first: windows.first.id === windows.me.id, apart: windows.me.apart }),
    memory: () => ({ bytes: memoryBytes(), limit: memoryLimit() }),
  };
  window.readingRoom = surface;
  return () => {
    if (window.readingRoom === surface) delete window.readingRoom;
  };
}

function stateOf(model: ViewerModel, snap: Snapshot | undefined): ViewportReport['state'] {
  const entry = snap && model.states.chosen(snap.ref, snap.state);
  return entry ? { sopInstanceUID: entry.titles.uid, label: entry.titles.label, graphicsOnly: snap.state.graphicsOnly } : null;
}

function maskOf(model: ViewerModel, snap: Snapshot | undefined): ViewportReport['mask'] {
  const now = snap?.ref && model.states.subtraction(snap.ref, snap);
  return now ? { on: now.on, frames: [...now.frames], shift: [...now.shift] } : null;
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
    kind: snap?.displaySet?.kind ?? '',
    window: windowReport(snap?.displaySet?.colour ? undefined : snap?.applied),
    inverted: snap?.inverted ?? false,
    rotation: snap?.turned.rotation ?? 0,
    flipped: snap?.turned.flip ?? false,
    zoom: snap?.zoom ?? 0,
    width: snap?.width ?? 0,
    height: snap?.height ?? 0,
    columns: ref?.pixel.columns ?? 0,
    rows: ref?.pixel.rows ?? 0,
    matrix: [...(snap?.matrix ?? [])],
    interpolation: stage?.smoothing ?? true,
    place: placeReport(ref),
    reduced: snap?.reduced ?? false,
    awaited: snap !== undefined && snap.index !== snap.shown,
    over: overReport(snap?.over),
    state: stateOf(model, snap),
    mask: maskOf(model, snap),
    error: snap?.error ?? '',
  };
}

function placeReport(ref: ImageRef | undefined): ViewportReport['place'] {
  const image = ref && rectangleOf(ref);
  return image ? { position: [...image.position], orientation: [...image.row, ...image.column], spacing: [image.spacing.row, image.spacing.column] } : null;
}

function volumeReport(model: ViewerModel): VolumeReport | null {
  const now = model.multiplanar.active;
  if (!now) return null;
  const { load, slab, oblique, point, path, series } = now;
  const { loaded, failed, total, volume } = load;
  return {
    seriesInstanceUID: series, loaded, failed: failed.length, total, size: [...volume.size], findings: model.multiplanar.findings(),
    crosshair: [...point], slab, oblique, onServer: now.server !== undefined, path: path.map((p) => [...p]),
  };
}

function overReport(over: Fusion | undefined): ViewportReport['over'] {
  const layer = over?.layer;
  if (!over || !layer) return null;
  const suv = suvOfImage(over.sample, suvKind());
  const factor = isSuv(suv) ? suv.factor : 1;
  const { center, width } = layer.window;
  const [low, high] = [factor * (center - width / 2), factor * (center + width / 2)];
  return { seriesInstanceUID: over.set.seriesInstanceUid, colourMap: layer.colourMap, opacity: layer.opacity, clear: layer.clear, low, high, notes: over.notes() };
}

function windowReport(voi: Voi | undefined): ViewportReport['window'] {
  if (voi?.kind === 'window') return { center: voi.window.center, width: voi.window.width, function: voi.window.function };
  return { center: null, width: null, function: voi ? 'LUT' : 'NONE' };
}

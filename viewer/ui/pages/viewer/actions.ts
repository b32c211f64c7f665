/** What each command does. One list of names (domain/commands), one place that acts. */
import { flippedHorizontally, flippedVertically, turned } from '../../../domain/orientation-ops';
import { presetsFor, type Preset } from '../../../domain/presets';
import { modalityOf, voisOf } from '../../../core/image-description';
import { text } from '../../../core/dicom-json';
import { listAddress, navigate } from '../../router';
import { chooseMemory } from '../../settings';
import type { Stage } from '../../stage/stage';
import type { Tool, ViewerModel } from '../../viewer-model';

export interface Screen {
  palette: () => void;
  help: () => void;
}

const STEP = 1.2;

/** Presets of the image on a stage; none for colour, whose window is not the reader's to change. */
export function presetsOf(stage: Stage | undefined): Preset[] {
  const snap = stage?.snapshot();
  if (!stage || !snap?.ref || snap.displaySet?.colour) return [];
  const { dataset, frame, pixel } = snap.ref;
  const unit = modalityOf(dataset, frame, pixel).unit;
  return presetsFor(text(dataset, '00080060'), unit, voisOf(dataset, frame, pixel), stage.fullRange());
}

/** Returns false when there is nothing to act on, so that the key stays free for the browser. */
export function run(id: string, model: ViewerModel, screen: Screen): boolean {
  const [group = '', name = '', extra = ''] = id.split('.');
  const stage = model.stage();
  if (id.startsWith('window.preset')) return stage ? setPreset(stage, Number(extra)) : false;
  if (group === 'tool') model.update({ tool: name as Tool });
  else if (group === 'layout' && /^\dx\d$/.test(name)) model.setLayout(Number(name[0]), Number(name[2]));
  else if (group === 'memory') giveMemory(model, Number(name));
  else if (SCREEN[id]) SCREEN[id](model, screen);
  else if (STAGE[id] && stage) STAGE[id](stage, model);
  else return false;
  return true;
}

/** NaN: by what the machine has. */
function giveMemory(model: ViewerModel, megabytes: number): void {
  chooseMemory(megabytes || undefined);
  model.plan();
}

function setPreset(stage: Stage, n: number): boolean {
  const preset = presetsOf(stage)[n - 1];
  if (preset) stage.setVoi(preset.voi);
  return preset !== undefined;
}

const SCREEN: Record<string, (model: ViewerModel, screen: Screen) => unknown> = {
  'layout.next-viewport': (m) => m.update({ active: (m.active + 1) % m.hanging.cells.length }),
  'layout.maximise': (m) => m.update({ maximised: !m.maximised && m.hanging.cells.length > 1 }),
  'edit.undo': (m) => m.undo(),
  'edit.redo': (m) => m.redo(),
  'move.previous-series': (m) => m.stepSeries(-1),
  'move.next-series': (m) => m.stepSeries(1),
  'screen.panel': (m) => m.update({ panel: !m.panel }),
  'screen.texts': (m) => m.update({ texts: !m.texts }),
  'screen.palette': (_, s) => s.palette(),
  'screen.help': (_, s) => s.help(),
  'screen.full': () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  'study.list': () => navigate(listAddress()),
};

const STAGE: Record<string, (stage: Stage, model: ViewerModel) => unknown> = {
  'image.fit': (s) => s.fit(),
  'image.one': (s) => s.zoomTo(1),
  'image.larger': (s) => s.zoomTo(s.snapshot().zoom * STEP),
  'image.smaller': (s) => s.zoomTo(s.snapshot().zoom / STEP),
  'image.left': (s) => s.setOrientation(turned(s.snapshot().orientation, false)),
  'image.right': (s) => s.setOrientation(turned(s.snapshot().orientation, true)),
  'image.flip-h': (s) => s.setOrientation(flippedHorizontally(s.snapshot().orientation)),
  'image.flip-v': (s) => s.setOrientation(flippedVertically(s.snapshot().orientation)),
  'image.invert': (s) => s.toggleInvert(),
  'image.reset': (s) => s.reset(),
  'image.smooth': (s) => s.toggleSmooth(),
  'window.acquired': (s) => s.setVoi(undefined),
  'move.previous': (s) => s.goTo(s.snapshot().index - 1),
  'move.next': (s) => s.goTo(s.snapshot().index + 1),
  'move.back-ten': (s) => s.goTo(s.snapshot().index - 10),
  'move.on-ten': (s) => s.goTo(s.snapshot().index + 10),
  'move.first': (s) => s.goTo(0),
  'move.last': (s) => s.goTo(Infinity),
  'cine.toggle': (s, m) => m.update({ playing: !m.playing && (s.snapshot().displaySet?.images.length ?? 0) > 1 }),
  'cine.slower': (_, m) => m.update({ rate: Math.max(Math.round(m.rate / 1.25), 1) }),
  'cine.faster': (_, m) => m.update({ rate: Math.min(Math.round(m.rate * 1.25) + 1, 60) }),
};

/** What each command does. One list of names (domain/commands), one place that acts. */
import { t, type LanguageCode } from '../../../core/language';
import { faster, slower } from '../../../domain/cine';
import { flippedHorizontally, flippedVertically, turned } from '../../../domain/orientation-ops';
import { presetsFor, type Preset } from '../../../domain/presets';
import { modalityOf, voisOf, type Spacing } from '../../../core/image-description';
import { text } from '../../../core/dicom-json';
import { suvWindows } from '../../../domain/suv';
import { topicOf, type Topic } from '../../../domain/tool-help';
import { trueSizeZoom } from '../../../domain/true-size';
import { pixelsPerMm } from '../../calibration';
import { compare as compareStudies } from '../../comparison';
import { beginLine, sizeOf } from '../../image-size';
import { hangBiplane } from '../../biplane';
import { hangEye, hangStereo } from '../../eye-templates';
import { toggleRegions } from '../../layers/ultrasound-regions';
import { chooseLanguage } from '../../language';
import { ownPresets } from '../../own-presets';
import { suvKind } from '../../suv-choice';
import { toggleMark } from '../../reader-marks';
import { listAddress, navigate } from '../../router';
import { runByKind } from '../../kinds/commands';
import { saveFile } from '../../parts/browser';
import { copyStill, pictureOf, saveStill } from '../../parts/still';
import { zipOf } from '../../server/http-server';
import { chooseMemory, toggleTheme } from '../../settings';
import { changeSlab } from '../../slab';
import { chooseExplaining, explainsFirst } from '../../tool-help';
import { hangMammography, hangPriorMammography, mammographyTrueSize } from '../../mammo-templates';
import { hangMouth } from '../../view-templates';
import { barStudy } from './bar-study';
import { stepOver, toggleOver } from './fusion-commands';
import { whyNot } from './possible';
import { changeState, moveMask } from './state-commands';
import { openWindow, send, sendTo } from './windows-commands';
import type { Stage } from '../../stage/stage';
import type { Tool, ViewerModel } from '../../viewer-model';

export interface Screen {
  palette: () => void;
  help: () => void;
  keys: () => void;
  calibrate: () => void;
  texts: () => void;
  hangings: () => void;
  saveHanging: () => void;
  /** Undefined where this reader may not send. */
  send: (() => void) | undefined;
}

const STEP = 1.2;
/** Tiles across and down. */
const USUAL_TILES = 3;
const MOST_TILES = 8;

/** Presets of the image on a stage; none for colour, whose window is not the reader's to change. */
export function presetsOf(stage: Stage | undefined): Preset[] {
  const snap = stage?.snapshot();
  if (!stage || !snap?.ref || snap.displaySet?.colour) return [];
  const { dataset, frame, pixel } = snap.ref;
  const unit = modalityOf(dataset, frame, pixel).unit;
  const modality = text(dataset, '00080060');
  return presetsFor(modality, unit, voisOf(dataset, frame, pixel), stage.fullRange(), ownPresets(modality), suvWindows(snap.ref, suvKind()));
}

/** What these do to viewports can be taken back. */
const ON_LOOKS = new Set(['image', 'colour', 'window', 'tiles', 'link', 'state', 'mask']);
/** These are quiet where they can do nothing: at the end of a stack nobody wants to be told. */
const QUIET = new Set(['hanging', 'move', 'layout', 'edit', 'cine']);

/** Returns false when there is nothing to act on, so that the key stays free for the browser. */
export function run(id: string, model: ViewerModel, screen: Screen): boolean {
  if (model.stage()?.turnable?.run(id)) return true;
  if (runByKind(model, id)) return true;
  const group = id.split('.')[0] ?? '';
  const why = QUIET.has(group) ? '' : whyNot(id, model);
  if (why) {
    model.tell(why);
    return true;
  }
  if (!ON_LOOKS.has(group)) {
    const done = act(id, model, screen);
    if (done) explain(id, model);
    return done;
  }
  let done = false;
  const repeats = id === 'image.larger' || id === 'image.smaller' || /^mask\.(up|down|left|right)$/.test(id);
  model.act(() => {
    done = act(id, model, screen);
  }, repeats ? 'keys' : '');
  return done;
}

function act(id: string, model: ViewerModel, screen: Screen): boolean {
  const [group = '', name = '', extra = ''] = id.split('.');
  const stage = model.stage();
  if (stage?.three?.run(id)) return true;
  if (id.startsWith('window.preset')) return stage ? setPreset(stage, Number(extra)) : false;
  if (id === 'tool.size') beginLine(model);
  else if (group === 'tool') model.update({ tool: name as Tool, known: undefined });
  else if (group === 'layout' && /^\dx\d$/.test(name)) model.setLayout(Number(name[0]), Number(name[2]));
  else if (group === 'windows' && extra) sendTo(Number(extra), model);
  else if (group === 'rt') void import('../../therapy/commands').then(({ runTherapy }) => runTherapy(name, model));
  else if (group === 'mask' && stage) return moveMask(name, stage, model);
  else if (group === 'segments') void import('../../layers/segments/commands').then(({ runSegments }) => runSegments(name, model));
  else if (group === 'state' && stage) return changeState(name, stage, model);
  else if (group === 'memory') giveMemory(model, Number(name));
  else if (group === 'language') chooseLanguage(name as LanguageCode);
  else if (group === 'colour' && stage) stage.setColourMap(name === 'grey' ? '' : name);
  else if (SCREEN[id]) SCREEN[id](model, screen);
  else if (STAGE[id] && stage) STAGE[id](stage, model, screen);
  else return false;
  return true;
}

/** A tool that was chosen, or a view that is turned in its own way, is explained the first time. */
function explain(id: string, model: ViewerModel): void {
  const topic = id === 'volume.planes' ? 'crosshair' : topicOf(id);
  const { multiplanar } = model;
  if (topic === 'three') model.toolHelp.chose(model.stage()?.snapshot().three ? topic : undefined);
  else if (topic === 'slab') return multiplanar.active ? model.toolHelp.chose(topic) : undefined;
  else if (topic) model.toolHelp.chose(id !== 'volume.planes' || multiplanar.active ? topic : undefined);
}

/** What the left button does in the active viewport. */
function toolNow(model: ViewerModel): Topic | undefined {
  return model.stage()?.snapshot().three ? 'three' : topicOf(`tool.${model.tool}`);
}

function toggleExplaining(model: ViewerModel): void {
  chooseExplaining(!explainsFirst());
  model.tell(explainsFirst() ? t('A tool is explained on the image when it is first chosen.') : t('Tools are not explained any more unless you ask.'));
}

/** NaN: by what the machine has. */
function giveMemory(model: ViewerModel, megabytes: number): void {
  chooseMemory(megabytes || undefined);
  model.fetching.plan();
}

/** Its looks and its box are in the panel: that opens with it. */
function toggleThree(stage: Stage, model: ViewerModel): void {
  const on = !stage.snapshot().three;
  const whyNot = on ? model.multiplanar.whyNotHere() : '';
  if (whyNot) return model.tell(whyNot);
  const [cell, uid] = [model.active, model.hanging.cells[model.active] ?? ''];
  const go = (three: boolean) => model.hanging.cells[cell] === uid && model.stages.get(cell)?.setThree(three);
  go(on);
  model.note({ words: t('three dimensions'), kind: '', about: [uid], undo: () => go(!on), redo: () => go(on) });
  if (on) model.update({ panel: true, tab: 'image' });
}

function setPreset(stage: Stage, n: number): boolean {
  const preset = presetsOf(stage).find((p) => p.key === n);
  if (preset) stage.setVoi(preset.voi);
  return preset !== undefined;
}

function toggleLink(model: ViewerModel): void {
  model.linker.toggle(model.stage());
  model.update();
}

function compare(model: ViewerModel): void {
  compareStudies(model).then(
    (why) => (why ? model.tell(why) : model.update()),
    (e: unknown) => model.tell(e instanceof Error ? e.message : String(e)),
  );
}

/** Pinning is linking: nobody pins to go on apart. */
function pin(model: ViewerModel): void {
  const stage = model.stage();
  const pinned = stage !== undefined && model.linker.pin(stage);
  if (pinned) model.linker.on = true;
  model.tell(pinned ? t('These images belong together now.') : t('There is no second stack that runs the same way.'));
}

const SCREEN: Record<string, (model: ViewerModel, screen: Screen) => unknown> = {
  'layout.next-viewport': (m) => m.update({ active: (m.active + 1) % m.hanging.cells.length }),
  'layout.pick': (m) => m.update({ picking: true }),
  'layout.mammography': (m) => void hangMammography(m, 'flat'),
  'layout.tomosynthesis': (m) => void hangMammography(m, 'tomosynthesis'),
  'layout.mammography-prior': (m) => void hangPriorMammography(m),
  'layout.mammography-true': (m, s) => (pixelsPerMm() ? mammographyTrueSize(m) || m.tell(t('No mammograms hang here.')) : s.calibrate()),
  'layout.mouth': (m) => void hangMouth(m),
  'layout.eye': (m) => void hangEye(m),
  'layout.biplane': (m) => void hangBiplane(m),
  'layout.stereo': (m) => void hangStereo(m, 'beside'),
  'layout.stereo-crossed': (m) => void hangStereo(m, 'crossed'),
  'layout.stereo-anaglyph': (m) => void hangStereo(m, 'anaglyph'),
  'layout.swap': (m) => m.swap(m.active, (m.active + 1) % m.hanging.cells.length),
  'layout.maximise': (m) => m.update({ maximised: !m.maximised && m.hanging.cells.length > 1 }),
  'volume.planes': (m) => m.multiplanar.toggle(),
  'volume.server': (m) => void m.multiplanar.setOnServer(!m.multiplanar.onServer),
  'volume.straighten': (m) => m.multiplanar.active?.straighten(),
  'volume.max': (m) => changeSlab(m, 'max') || m.multiplanar.active?.setMode('max'),
  'volume.min': (m) => m.multiplanar.active?.setMode('min'),
  'volume.mean': (m) => changeSlab(m, 'mean') || m.multiplanar.active?.setMode('mean'),
  'volume.thin': (m) => changeSlab(m, 'thin') || m.multiplanar.active?.setSlab({ thickness: 0 }),
  'volume.thicker': (m) => changeSlab(m, 'thicker') || m.multiplanar.thicken(1),
  'volume.thinner': (m) => changeSlab(m, 'thinner') || m.multiplanar.thicken(-1),
  'volume.steps': (m) => m.multiplanar.active?.setSteps(!m.multiplanar.active.steps),
  'volume.curve': (m) => m.multiplanar.makeCurve(),
  'volume.forget-path': (m) => m.multiplanar.active?.clearPath(),
  'hanging.choose': (_, s) => s.hangings(),
  'hanging.next': (m) => m.hangings.next(1),
  'hanging.previous': (m) => m.hangings.next(-1),
  'hanging.none': (m) => m.hangings.none(),
  'hanging.save': (m, s) => (m.hangings.proposal ? s.saveHanging() : m.tell(t('Nothing hangs here.'))),
  'hanging.default': (m) => m.hangings.toggleDefault(),
  'keys.only': (m) => m.keys.toggleOnly(),
  'keys.rejected': (m) => m.keys.showRejected(!m.keys.showsRejected),
  'lines.toggle': (m) => m.update({ referenceLines: !m.referenceLines }),
  'marks.toggle': (m) => void import('../../layers/report-marks').then(({ toggleMarks }) => toggleMarks(m)),
  'compare.toggle': compare,
  'link.toggle': toggleLink,
  'link.pin': pin,
  'link.unpin': (m) => {
    m.linker.unpin();
    m.update();
  },
  'edit.undo': (m) => m.undo(),
  'edit.redo': (m) => m.redo(),
  'move.previous-series': (m) => m.stepSeries(-1),
  'move.next-series': (m) => m.stepSeries(1),
  'screen.panel': (m) => m.update({ panel: !m.panel }),
  'screen.tags': (m) => m.update(m.panel && m.tab === 'tags' ? { panel: false } : { panel: true, tab: 'tags' }),
  'screen.texts': (m) => m.update({ texts: !m.texts }),
  'screen.choose-texts': (_, s) => s.texts(),
  'screen.palette': (_, s) => s.palette(),
  'screen.menu': (m) => m.openMenu(),
  'screen.help': (_, s) => s.help(),
  'screen.tool-help': (m) => {
    const topic = toolNow(m);
    if (topic) m.toolHelp.show(topic);
  },
  'screen.explain': toggleExplaining,
  'screen.keys': (_, s) => s.keys(),
  'image.regions': (m) => toggleRegions(m.layers),
  'image.caliper': (m) => toggleMark(m, 'caliper'),
  'image.curve': (m) => toggleMark(m, 'circle'),
  'image.calibrate': (_, s) => s.calibrate(),
  'screen.theme': toggleTheme,
  'screen.full': () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  'windows.open': (m) => openWindow(m),
  'windows.send': (m) => send(m, false),
  'windows.move': (m) => send(m, true),
  'study.send': (m, s) => (s.send && barStudy(m) ? s.send() : m.tell(t('You may not send: an administrator can allow it.'))),
  'study.download': (m) => {
    const study = barStudy(m);
    if (study) saveFile(zipOf([study.study_instance_uid]));
  },
  'study.sessions': () => navigate('/sessions'),
  'study.list': () => navigate(listAddress()),
};

const TRUE_SIZE: Record<Spacing['where'], string> = {
  patient: t('True size.'),
  isocentre: t('True size at the isocentre.'),
  detector: t('True size at the detector; the patient is smaller.'),
  film: t('True size of the film that was scanned.'),
  reader: t('True size, as calibrated by the reader.'),
};

/** A monitor nobody measured is measured first. Without a size in the object nothing happens: a size would be invented. */
export function trueSize(stage: Stage, model: ViewerModel, screen: Screen): void {
  const ref = stage.snapshot().ref;
  const spacing = ref && sizeOf(ref);
  if (!spacing) return model.tell(t('No size known: the object does not say how large a pixel is.'));
  const perMm = pixelsPerMm();
  if (!perMm) return screen.calibrate();
  const zoom = trueSizeZoom(spacing, perMm);
  if (zoom) stage.zoomTo(zoom);
  model.tell(TRUE_SIZE[spacing.where]);
}

/** One end of what is played; the other stays, or is the end of the stack where it would lie on the wrong side. */
function setRange(model: ViewerModel, from: number | undefined, to: number | undefined): void {
  const last = (model.stage()?.snapshot().displaySet?.images.length ?? 1) - 1;
  const [a, b] = model.cine.range ?? [0, last];
  const start = from ?? (to !== undefined && a >= to ? 0 : a);
  const end = to ?? (from !== undefined && b <= from ? last : b);
  model.setCine({ range: start < end ? [start, end] : undefined });
}

const STAGE: Record<string, (stage: Stage, model: ViewerModel, screen: Screen) => unknown> = {
  'image.fit': (s) => s.fitWhole(),
  'image.one': (s) => s.zoomTo(1),
  'image.true-size': (s, m, screen) => trueSize(s, m, screen),
  'image.larger': (s) => s.zoomTo(s.snapshot().zoom * STEP),
  'image.smaller': (s) => s.zoomTo(s.snapshot().zoom / STEP),
  'image.left': (s) => s.setOrientation(turned(s.snapshot().orientation, false)),
  'image.right': (s) => s.setOrientation(turned(s.snapshot().orientation, true)),
  'image.flip-h': (s) => s.setOrientation(flippedHorizontally(s.snapshot().orientation)),
  'image.flip-v': (s) => s.setOrientation(flippedVertically(s.snapshot().orientation)),
  'image.invert': (s) => s.toggleInvert(),
  'image.reset': (s) => s.reset(),
  'image.smooth': (s) => s.toggleSmooth(),
  'fusion.toggle': (s, m) => void toggleOver(s, m),
  'three.toggle': (s, m) => toggleThree(s, m),
  'tiles.toggle': (s) => s.setTiles(s.snapshot().tiles > 1 ? 1 : USUAL_TILES),
  'tiles.more': (s) => s.setTiles(Math.min(s.snapshot().tiles + 1, MOST_TILES)),
  'tiles.fewer': (s) => s.setTiles(Math.max(s.snapshot().tiles - 1, 1)),
  'image.copy': (s, m) => void copyStill(pictureOf(s.pixels)).then((words) => m.tell(words)),
  'image.save': (s) => void saveStill(pictureOf(s.pixels), `${s.snapshot().ref?.sopInstanceUid ?? 'image'}-${s.snapshot().ref?.frame ?? 1}`),
  'image.overlays': (s) => s.toggleOverlays(),
  'window.keep': (_, m) => m.update({ panel: true, tab: 'image', keeping: true }),
  'window.acquired': (s) => s.setVoi(undefined),
  'move.previous': (s) => s.step(-1),
  'move.next': (s) => s.step(1),
  'move.earlier': (s, m) => m.multiplanar.stepTime(-1) || stepOver(s, -1) || s.step(-1, 'time'),
  'move.later': (s, m) => m.multiplanar.stepTime(1) || stepOver(s, 1) || s.step(1, 'time'),
  'move.back-ten': (s) => s.step(-10),
  'move.on-ten': (s) => s.step(10),
  'move.first': (s) => s.goTo(0),
  'move.last': (s) => s.goTo(Infinity),
  'cine.toggle': (s, m) => m.update({ playing: !m.playing && (s.snapshot().displaySet?.images.length ?? 0) > 1 }),
  'cine.slower': (_, m) => m.setCine({ rate: slower(m.cine.rate) }),
  'cine.faster': (_, m) => m.setCine({ rate: faster(m.cine.rate) }),
  'cine.sweep': (_, m) => m.setCine({ sweep: !m.cine.sweep }),
  'cine.from': (s, m) => setRange(m, s.snapshot().index, undefined),
  'cine.to': (s, m) => setRange(m, undefined, s.snapshot().index),
  'cine.whole': (_, m) => m.setCine({ range: undefined }),
};

/** Why a command can do nothing here, in words: what is dim says so. */
import { t } from '../../../core/language';
import { number } from '../../../core/dicom-json';
import { axesOf } from '../../../core/image-axes';
import { isColour } from '../../../core/image-description';
import { overlaysOf } from '../../../core/overlays';
import { bestPrior } from '../../../domain/compare';
import { isFourDimensional } from '../../../domain/dimensions';
import type { ImageRef } from '../../../domain/display-sets';
import { keyPartOf, seriesOfRun } from '../../../domain/runs';
import { companionsRead } from '../../companions';
import { sizeOf, whyNoLine } from '../../image-size';
import type { Snapshot } from '../../stage/view';
import { hasTherapy } from '../../therapy/objects';
import type { ViewerModel } from '../../viewer-model';
import { isAnswered } from '../../kinds/answers';
import { whyNoWindow, windowOf } from './windows-commands';

type Reason = (snap: Snapshot, model: ViewerModel) => string;

const noImage: Reason = (snap) => (snap.displaySet?.images.length ? '' : t('No image hangs here.'));
const noSlice: Reason = (snap, model) => noImage(snap, model) || (snap.three ? t('Not in three dimensions: go back to the slices first.') : '');
const noTool: Reason = (snap, model) => noImage(snap, model) || (snap.three ? t('In three dimensions the left button turns the volume.') : '');
const noGrey = (first: Reason): Reason => (snap, model) => first(snap, model) || (snap.displaySet?.colour ? t('A colour image has no window.') : '');
const alone: Reason = (snap, model) => noImage(snap, model) || ((snap.displaySet?.images.length ?? 0) > 1 ? '' : t('There is only one image.'));
const tiled: Reason = (snap, model) => noTool(snap, model) || (snap.tiles > 1 ? t('Not over tiles: a double click shows one image alone.') : '');
const noPlanes: Reason = (snap, model) => noTool(snap, model) || (model.multiplanar.active ? '' : t('The crosshair moves the planes of Multiplanar.'));
const noVolume: Reason = (_, model) => (model.multiplanar.active ? '' : model.multiplanar.whyNot());
const oneViewport: Reason = (_, model) => (model.hanging.cells.length > 1 ? '' : t('There is only one viewport.'));
const noTimes: Reason = (snap) => (snap.displaySet && isFourDimensional(snap.displaySet.dimensions) || snap.over?.time ? '' : t('This stack has one time at each place.'));
const noMask: Reason = (snap, model) => noSlice(snap, model) || (snap.ref && framesOf(snap.ref) > 1 && !isColour(snap.ref.pixel) ? '' : t('Only grey images of several frames are subtracted.'));
/** A volume in three dimensions has these too. */
const inBoth: Reason = noImage;

const REASONS: Record<string, Reason> = {
  'tool.window': noGrey(noTool),
  'tool.scroll': (snap, model) => noTool(snap, model) || alone(snap, model),
  'tool.probe': tiled,
  'tool.magnify': tiled,
  'tool.crosshair': noPlanes,
  'tool.curve': (snap, model) => noTool(snap, model) || (model.multiplanar.active ? '' : t('A curve is drawn on the planes of Multiplanar.')),
  'image.fit': inBoth,
  'image.larger': inBoth,
  'image.smaller': inBoth,
  'image.reset': inBoth,
  'image.overlays': (snap, model) => noSlice(snap, model) || (snap.ref && overlaysOf(snap.ref.dataset).length ? '' : t('The object has no overlays.')),
  'image.true-size': (snap, model) => noSlice(snap, model) || (!snap.ref || sizeOf(snap.ref) ? '' : t('No size known: the object does not say how large a pixel is.')),
  'image.regions': (snap, model) => noSlice(snap, model) || (snap.ref && '00186011' in snap.ref.dataset ? '' : t('The object tells no ultrasound regions.')),
  'tool.size': (snap, model) => noImage(snap, model) || (snap.tiles > 1 || snap.three ? t('One image alone can be measured.') : snap.ref ? whyNoLine(snap.ref) : ''),
  'image.calibrate': () => '',
  'keys.only': (snap, model) => noImage(snap, model) || (hasKeys(model) ? '' : t('No image of this series is marked as a key image.')),
  'keys.rejected': (_, model) => (model.keys.hasRejected ? '' : t('No image here is rejected.')),
  'tool.mask': (snap, model) => noTool(snap, model) || noMask(snap, model),
  'volume.planes': noVolume,
  'fusion.toggle': (snap, model) => noImage(snap, model) || (snap.three ? t('In three dimensions one volume would hide the other: lay it over the slices or planes.') : ''),
  'three.toggle': (snap, model) => (snap.three ? '' : model.multiplanar.whyNotHere()),
  'lines.toggle': (_, model) => (model.referenceLines || hasPlane(model) ? '' : t('No image here says where it lies in the patient.')),
  'move.earlier': noTimes,
  'move.later': noTimes,
  'move.previous-series': () => '',
  'move.next-series': () => '',
  'layout.next-viewport': oneViewport,
  'layout.maximise': oneViewport,
  'layout.swap': oneViewport,
  'windows.open': () => '',
  'compare.toggle': (_, model) => (hasOther(model) ? '' : t('No other study of this patient is here.')),
  'edit.undo': (_, model) => (model.undoable ? '' : t('Nothing to undo.')),
  'edit.redo': (_, model) => (model.redoable ? '' : t('Nothing to redo.')),
};

const BY_GROUP: Record<string, Reason> = {
  state: (snap, model) => noSlice(snap, model) || (model.states.entriesFor(snap.ref).length ? '' : t('No presentation state is about this image.')),
  mask: noMask,
  tool: noTool, image: noSlice, colour: noGrey(noSlice), window: noGrey(noSlice), move: alone, cine: alone, tiles: (snap, model) => noSlice(snap, model) || alone(snap, model),
  wave: () => t('No recording that can do this hangs here.'),
  rt: (_, model) => (hasTherapy(model) ? '' : t('The open studies hold no radiotherapy.')),
  segments: (snap, model) => noImage(snap, model) || (companionsRead(model, 'segmentation').length ? '' : t('No segmentation is about this image.')),
  windows: (snap, model) => noImage(snap, model) || whyNoWindow(model),
};

/** '' when it can be done. */
export function whyNot(id: string, model: ViewerModel): string {
  if (isAnswered(model, id)) return '';
  if (/^windows\.send\.\d$/.test(id) && !windowOf(Number(id.at(-1)), model)) return t('There is no such other window.');
  const reason = REASONS[id] ?? BY_GROUP[id.split('.')[0] ?? ''];
  const snap = model.stage()?.snapshot();
  return reason && snap ? reason(snap, model) : '';
}

/** Key images, or the stack of them, in the active viewport. */
function hasKeys(model: ViewerModel): boolean {
  const uid = seriesOfRun(model.hanging.cells[model.active] ?? '');
  return model.series.has(keyPartOf(uid));
}

function framesOf({ dataset }: ImageRef): number {
  return number(dataset, '00280008') ?? 1;
}

function hasPlane(model: ViewerModel): boolean {
  return [...model.stages.values()].some((stage) => {
    const { ref } = stage.snapshot();
    return ref !== undefined && axesOf(ref.dataset, ref.frame)?.kind === 'plane';
  });
}

function hasOther(model: ViewerModel): boolean {
  const study = model.series.get(model.hanging.cells[model.active] ?? '')?.study;
  return Boolean(study && (bestPrior(study, model.studies) ?? bestPrior(study, study.priors)));
}

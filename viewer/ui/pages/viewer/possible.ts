/** Why a command can do nothing here, in words: what is dim says so. */
import { t } from '../../../core/language';
import { overlaysOf } from '../../../core/overlays';
import { bestPrior } from '../../../domain/compare';
import { isFourDimensional } from '../../../domain/dimensions';
import { sizeOf, whyNoLine } from '../../image-size';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

type Reason = (snap: Snapshot, model: ViewerModel) => string;

const noImage: Reason = (snap) => (snap.displaySet?.images.length ? '' : t('No image hangs here.'));
const noGrey: Reason = (snap, model) => noImage(snap, model) || (snap.displaySet?.colour ? t('A colour image has no window.') : '');
const alone: Reason = (snap, model) => noImage(snap, model) || ((snap.displaySet?.images.length ?? 0) > 1 ? '' : t('There is only one image.'));
const oneViewport: Reason = (_, model) => (model.hanging.cells.length > 1 ? '' : t('There is only one viewport.'));
const noTimes: Reason = (snap) => (snap.displaySet && isFourDimensional(snap.displaySet.dimensions) ? '' : t('This stack has one time at each place.'));

const REASONS: Record<string, Reason> = {
  'tool.window': noGrey,
  'tool.scroll': alone,
  'tool.size': (snap, model) => noImage(snap, model) || (snap.tiles > 1 || snap.three ? t('One image alone can be measured.') : snap.ref ? whyNoLine(snap.ref) : ''),
  'image.overlays': (snap) => (snap.ref && overlaysOf(snap.ref.dataset).length ? '' : t('The object has no overlays.')),
  'image.true-size': (snap, model) => noImage(snap, model) || (!snap.ref || sizeOf(snap.ref) ? '' : t('No size known: the object does not say how large a pixel is.')),
  'image.calibrate': () => '',
  'move.earlier': noTimes,
  'move.later': noTimes,
  'move.previous-series': () => '',
  'move.next-series': () => '',
  'layout.next-viewport': oneViewport,
  'layout.maximise': oneViewport,
  'layout.swap': oneViewport,
  'compare.toggle': (_, model) => (hasOther(model) ? '' : t('No other study of this patient is here.')),
  'edit.undo': (_, model) => (model.undoable ? '' : t('Nothing to undo.')),
  'edit.redo': (_, model) => (model.redoable ? '' : t('Nothing to redo.')),
};

const BY_GROUP: Record<string, Reason> = { image: noImage, colour: noGrey, window: noGrey, move: alone, cine: alone, tiles: alone };

/** '' when it can be done. */
export function whyNot(id: string, model: ViewerModel): string {
  const reason = REASONS[id] ?? BY_GROUP[id.split('.')[0] ?? ''];
  const snap = model.stage()?.snapshot();
  return reason && snap ? reason(snap, model) : '';
}

function hasOther(model: ViewerModel): boolean {
  const study = model.series.get(model.hanging.cells[model.active] ?? '')?.study;
  return Boolean(study && (bestPrior(study, model.studies) ?? bestPrior(study, study.priors)));
}

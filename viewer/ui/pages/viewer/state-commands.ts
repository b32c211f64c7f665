/** Presentation states and masks by command: what the active viewport chooses. */
import { t } from '../../../core/language';
import type { Point2 } from '../../../core/geometry';
import { AS_RECOMMENDED, NO_STATE } from '../../../domain/state-choice';
import { MASK_STEP, shiftMask } from '../../stage/mask-shift';
import type { Stage } from '../../stage/stage';
import type { ViewerModel } from '../../viewer-model';

/** Pixels of the canvas to the right and down, by what the reader sees. */
const WAYS: Record<string, Point2> = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] };

export function moveMask(name: string, stage: Stage, model: ViewerModel): boolean {
  const { subtraction, ref } = stage.snapshot();
  const way = WAYS[name];
  if (!ref) return false;
  const now = model.states.subtraction(ref, stage.snapshot());
  if (name === 'toggle') stage.setSubtraction({ ...subtraction, on: !(now?.on ?? false) });
  else if (name === 'frame') stage.setSubtraction({ ...subtraction, on: true, frame: ref.frame });
  else if (name === 'reset') stage.setSubtraction(AS_RECOMMENDED);
  else if (way) shiftMask(stage, [way[0] * MASK_STEP, way[1] * MASK_STEP], true);
  if (way) model.tell(maskWords(stage));
  return true;
}

/** As it lies in the image, whatever way that is turned. */
export function maskWords(stage: Stage): string {
  const [down, left] = stage.snapshot().subtraction.shift;
  return t('The mask is moved by {down} rows and {right} columns.', { down: String(down), right: String(-left + 0) });
}

export function changeState(name: string, stage: Stage, model: ViewerModel): boolean {
  const { ref, state } = stage.snapshot();
  const entries = model.states.entriesFor(ref).filter((e) => ref && !model.states.whyNot(e, ref));
  const now = model.states.chosen(ref, state);
  if (name === 'none') stage.setState({ ...state, uid: state.uid === NO_STATE ? '' : NO_STATE });
  else if (name === 'graphics') stage.setState({ ...state, graphicsOnly: !state.graphicsOnly });
  else {
    const next = entries[(now ? entries.indexOf(now) + 1 : 0) % Math.max(entries.length, 1)];
    if (!next) return false;
    stage.setState({ ...state, uid: next.titles.uid, hidden: [] });
    model.tell(next.titles.label || next.kind);
  }
  return true;
}

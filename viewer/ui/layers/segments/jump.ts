/** To the middle of a segment, in every viewport that shows the place. */
import type { Segment } from '../../../core/segments';
import { shownAt } from '../../../domain/linking';
import { joinsBy } from '../../../domain/joined';
import type { ViewerModel } from '../../viewer-model';
import type { ShownSegments } from './shown';

/** False where no viewport shows it. */
export function jumpTo(model: ViewerModel, shown: ShownSegments, segment: Segment): boolean {
  const middle = shown.middleOf(segment);
  if (!middle || typeof shown.description === 'string') return false;
  const { frameOfReference } = shown.description;
  const joins = joinsBy(() => model.registrations());
  let found = false;
  for (const stage of model.stages.values()) {
    const set = stage.snapshot().displaySet;
    if (!set?.images.length) continue;
    const index = (middle.point && shownAt(middle.point, frameOfReference, set, joins)?.index) ?? set.images.findIndex((i) => slotOf(shown, i.sopInstanceUid, i.frame) === middle.slot);
    if (index < 0) continue;
    found = true;
    void stage.goTo(index);
  }
  return found;
}

function slotOf({ grid }: ShownSegments, uid: string, frame: number): number | undefined {
  return grid?.bySource.get(`${uid} ${frame}`) ?? grid?.bySource.get(`${uid} 0`);
}

/** What presentation states and key objects do to an image, in words on it. */
import { t } from '../../../core/language';
import type { Flag, ImageRef } from '../../../domain/display-sets';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

export function guideFlags(image: ImageRef, snap: Snapshot, model: ViewerModel): (Flag & { title?: string })[] {
  const { keys, states } = model;
  const flags: (Flag & { title?: string })[] = [];
  const stars = keys.starsOf(image);
  if (stars.length) flags.push({ id: 'key', words: ['\u2605', stars[0]?.title, stars.length > 1 ? `+${stars.length - 1}` : ''].filter(Boolean).join(' '), title: stars.map((s) => [s.title, s.description].filter(Boolean).join(': ')).join('\n') });
  for (const one of keys.rejectionsOf(image)) flags.push({ id: 'rejected', words: one.title || t('rejected'), title: [one.description, one.author].filter(Boolean).join('\n') });
  for (const one of keys.qualityOf(image)) flags.push({ id: 'quality', words: [one.title, ...one.modifiers].join(': '), title: one.description });
  const hidden = snap.displaySet?.hidden?.length ?? 0;
  if (hidden) flags.push({ id: 'hidden', words: t('{count} rejected hidden', { count: hidden }), title: t('The panel shows them.') });
  const state = states.chosen(image, snap.state);
  if (state) flags.push({ id: 'state', words: [state.titles.label || state.kind, snap.state.graphicsOnly ? t('graphics only {#state}') : ''].filter(Boolean).join(', '), title: state.titles.description });
  if (states.subtraction(image, snap)?.on) flags.push({ id: 'subtracted', words: t('subtracted') });
  return flags;
}

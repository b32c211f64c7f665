/** Segmentations of the active image by command and key. */
import { text } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import type { Segment } from '../../../core/segments';
import type { Companion } from '../../companions';
import type { ViewerModel } from '../../viewer-model';
import { segmentBook } from './book';
import { jumpTo } from './jump';
import type { ShownSegments } from './shown';

const STEP = 0.1;

const hidden = new WeakMap<ViewerModel, readonly string[]>();

function uidOf({ dataset }: Companion): string {
  return text(dataset, '00080018');
}

/** name: what follows 'segments.' in the command. */
export function runSegments(name: string, model: ViewerModel): void {
  const image = model.stage()?.snapshot().ref;
  const book = segmentBook(model);
  const about = image ? book.about(image) : [];
  if (!about.length) return model.tell(t('No segmentation is about this image.'));
  const uids = new Set(about.map(uidOf));
  const shown = book.all().filter((one) => uids.has(one.uid));
  if (name === 'toggle') {
    const on = shown.length > 0;
    // What was hidden by this comes back by it; at first all come.
    const wanted = on ? shown.map((one) => one.uid) : hidden.get(model)?.filter((uid) => uids.has(uid)) ?? [];
    if (on) hidden.set(model, wanted);
    for (const companion of about) if (on === book.isOn(companion) && (!wanted.length || wanted.includes(uidOf(companion)))) book.toggle(companion);
    return model.tell(on ? t('Segments are hidden.') : t('Segments are shown.'));
  }
  if (!shown.length) return model.tell(t('No segmentation lies over this image: show one first.'));
  if (name === 'next' || name === 'previous') return step(model, shown, name === 'next' ? 1 : -1);
  if (name === 'statistics') return measure(model, shown);
  for (const one of shown) {
    const { outline, opacity } = book.laid(one);
    if (name === 'outline') book.change(one, { outline: !outline });
    else book.change(one, { opacity: Math.min(Math.max(Math.round((opacity + (name === 'more' ? STEP : -STEP)) * 10) / 10, 0), 1) }, 'opacity');
  }
  const [first] = shown as [ShownSegments];
  model.tell(name === 'outline' ? (first.look.outline ? t('Segments are lines.') : t('Segments are areas.')) : t('Opacity of segments: {percent} %.', { percent: Math.round(first.look.opacity * 100) }));
}

/** To the middle of the next one that is seen and has voxels, round and round. */
function step(model: ViewerModel, shown: readonly ShownSegments[], by: 1 | -1): void {
  const book = segmentBook(model);
  const all = shown.flatMap((one) => one.segments.filter((s) => one.isVisible(s) && one.middleOf(s)).map((segment) => ({ one, segment })));
  const at = all.findIndex(({ one, segment }) => book.isCurrent(one, segment));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
  if (!next) return model.tell(t('No segment is shown here.'));
  book.setCurrent(next.one, next.segment);
  if (jumpTo(model, next.one, next.segment)) model.tell(wordsOf(next.segment, all.indexOf(next) + 1, all.length));
  else model.tell(t('No viewport shows the place of {name}.', { name: next.segment.label }));
}

function wordsOf(segment: Segment, number: number, all: number): string {
  return t('{number} of {all}: {name}', { number: String(number), all: String(all), name: segment.label.slice(0, 64) });
}

function measure(model: ViewerModel, shown: readonly ShownSegments[]): void {
  const snap = model.stage()?.snapshot();
  model.update({ panel: true, tab: 'image' });
  for (const one of shown) if (snap) void segmentBook(model).measures.measure(one, snap);
}

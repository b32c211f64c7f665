/** The colours of what lies over the image, from its lowest to its highest value. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { text } from '../../../core/dicom-json';
import { significant } from '../../../core/figures';
import { modalityOf } from '../../../core/image-description';
import { isSuv } from '../../../core/suv';
import { realWorldOf } from '../../../domain/real-world';
import { suvOfImage } from '../../../domain/suv';
import { usePreferences } from '../../preferences';
import type { Fusion } from '../../stage/fusion';
import { REAL_WORLD, realWorldChoice } from '../../real-world-choice';
import type { Snapshot } from '../../stage/view';
import { suvKind } from '../../suv-choice';
import type { ViewerModel } from '../../viewer-model';
import { rampOf } from './layer-sections';

export function FusionLegend({ over }: { over: Fusion }): ReactElement | null {
  useSyncExternalStore(over.subscribe, over.snapshot);
  usePreferences();
  const layer = over.layer;
  if (!layer) return null;
  const suv = suvOfImage(over.sample, suvKind());
  const factor = isSuv(suv) ? suv.factor : 1;
  const { center, width } = layer.window;
  const [low, high] = [center - width / 2, center + width / 2].map((v) => significant(v * factor, 3));
  return (
    <span className="legend" data-testid="fusion-legend">
      {low}
      <i style={{ backgroundImage: rampOf(layer.colourMap) }} />
      {high} {isSuv(suv) ? 'SUV' : over.unit}
      {over.notes().map((words) => <span key={words} data-testid="fusion-note">{words}</span>)}
    </span>
  );
}

/** The colours that a grey image wears, from the lowest to the highest value of its window; in real world values where those are read. */
export function ColourLegend({ snap, model }: { snap: Snapshot; model: ViewerModel }): ReactElement | null {
  useSyncExternalStore(model.own.subscribe, () => model.own.of(REAL_WORLD));
  const { ref, applied, colourMap } = snap;
  if (!colourMap || !ref || snap.displaySet?.colour || applied?.kind !== 'window') return null;
  const modality = modalityOf(ref.dataset, ref.frame, ref.pixel);
  const { center, width } = applied.window;
  const ends = [center - width / 2, center + width / 2] as const;
  const mapping = realWorldOf(ref.dataset, ref.frame)[realWorldChoice(text(ref.dataset, '0020000E'))];
  const stored = modality.kind === 'rescale' ? ends.map((v) => (v - modality.intercept) / modality.slope) : [];
  const real = stored.flatMap((v) => mapping?.of(v) ?? []);
  const [low, high] = (real.length === 2 ? real : ends).map((v) => significant(v as number, 3));
  const unit = real.length === 2 ? [mapping?.unit, mapping?.quantity].filter(Boolean).join(' ') : modality.unit;
  return (
    <span className="legend" data-testid="colour-legend">
      {low}
      <i style={{ backgroundImage: rampOf(colourMap), ...(snap.inverted ? { transform: 'scaleX(-1)' } : {}) }} />
      {high} {unit}
    </span>
  );
}

/** The colours of what lies over the image, from its lowest to its highest value. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { significant } from '../../../core/figures';
import { isSuv } from '../../../core/suv';
import { suvOfImage } from '../../../domain/suv';
import { usePreferences } from '../../preferences';
import type { Fusion } from '../../stage/fusion';
import { suvKind } from '../../suv-choice';
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

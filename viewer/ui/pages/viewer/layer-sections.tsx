/** Pseudo-colour and the overlay planes of the object, in the panel. */
import type { ReactElement } from 'react';
import { COLOUR_MAPS, colourMap } from '../../../core/colour-maps';
import { t } from '../../../core/language';
import { overlaysOf } from '../../../core/overlays';
import type { ImageRef } from '../../../domain/display-sets';
import { Switch } from '../../parts/fields';
import type { Stage } from '../../stage/stage';
import type { Snapshot } from '../../stage/view';
import type { ViewerModel } from '../../viewer-model';

/** Only grey images can wear one. */
export function ColourSection({ stage, snap, model }: { stage: Stage; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  if (snap.displaySet?.colour) return null;
  return (
    <div className="sec">
      <div className="hd">{t('Colours')}</div>
      <div className="pad row wrap maps" role="radiogroup" aria-label={t('Colours')}>
        {[{ id: '', name: t('Grey') }, ...COLOUR_MAPS].map(({ id, name }) => (
          <button key={id} className="map" role="radio" aria-checked={snap.colourMap === id} onClick={() => model.act(() => stage.setColourMap(id))} data-testid={`map-${id || 'grey'}`}>
            <i style={{ backgroundImage: rampOf(id) }} />
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}

export function rampOf(id: string): string {
  const words = colourMap(id)?.words;
  const stops = Array.from({ length: 17 }, (_, i) => {
    const grey = Math.min(i * 16, 255);
    const word = words?.[grey] ?? grey * 0x010101;
    return `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;
  });
  return `linear-gradient(90deg, ${stops.join(', ')})`;
}

export function OverlaySection({ stage, snap, image, model }: { stage: Stage; snap: Snapshot; image: ImageRef; model: ViewerModel }): ReactElement | null {
  const overlays = overlaysOf(image.dataset);
  if (!overlays.length) return null;
  const toggle = (group: number, on: boolean) => {
    const others = snap.hiddenOverlays.filter((g) => g !== group);
    model.act(() => stage.hideOverlays(on ? others : [...others, group]));
  };
  return (
    <div className="sec">
      <div className="hd">{t('Overlays')} <span className="c">{t('{count} in the object', { count: overlays.length })}</span></div>
      {overlays.map((overlay) => (
        <div className="li plain" key={overlay.group}>
          <Switch on={!snap.hiddenOverlays.includes(overlay.group)} onChange={(on) => toggle(overlay.group, on)} testid={`overlay-${overlay.group.toString(16)}`}>
            <span className="clip">{overlay.name}</span>
          </Switch>
          <span className="grow" />
          <span className="t3 xs">{overlay.type === 'R' ? t('region {#overlay}') : t('graphics {#overlay}')}</span>
        </div>
      ))}
    </div>
  );
}

/** The structures of a set: colour, type, volume, which are drawn, and the way to each. */
import { IconCurrentLocation } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { fromHex, hex } from '../../core/hex-colour';
import { number, t } from '../../core/language';
import type { Shape, Structure } from '../../domain/structures';
import type { Companion } from '../companions';
import { IconButton } from '../parts/icon-button';
import type { ViewerModel } from '../viewer-model';
import { goToPoint, showImages } from './go-to';
import { changeLook, colourOf, lookOf } from './objects';
import { structuresIn } from './therapy';
import { useShapes } from './use-shapes';

export function StructureList({ model, set, cell }: { model: ViewerModel; set: Companion; cell: number }): ReactElement {
  const structures = structuresIn(set.dataset);
  const shapes = useShapes(structures);
  const look = lookOf(model, set);
  if (!structures.length) return <div className="rtsay" data-testid="structures-empty">{t('The structure set names no structures.')}</div>;
  const shown = look.on ? structures.filter((s) => !look.hidden.includes(s.number)) : [];
  const toggle = (s: Structure, on: boolean) => {
    // The first one that is switched on in a set that was off is shown alone.
    const hidden = look.on ? look.hidden : structures.map((o) => o.number);
    changeLook(model, set, { on: true, hidden: on ? hidden.filter((n) => n !== s.number) : [...hidden, s.number] });
  };
  const jump = (s: Structure) => {
    const middle = shapes.get(s)?.middle;
    if (!middle) return;
    if (!shown.includes(s)) toggle(s, true);
    showImages(model, s.frameOfReference, cell);
    if (!goToPoint(model, middle, s.frameOfReference)) model.tell(t('No image that hangs shows this place.'));
  };
  return (
    <>
      <div className="rtrow">
        <span className="grow t2" data-testid="structures-count">{t('{shown} of {count} structures are drawn', { shown: shown.length, count: structures.length })}</span>
        <button className="btn" onClick={() => changeLook(model, set, { on: true, hidden: [] })} data-testid="structures-all">{t('All {#structures}')}</button>
        <button className="btn" onClick={() => changeLook(model, set, { hidden: structures.map((s) => s.number) })} data-testid="structures-none">{t('None {#structures}')}</button>
      </div>
      <div className="rtlist">
        {structures.map((s, i) => (
          <div className="rtrow" key={i} data-testid="structure" data-number={s.number}>
            <input type="color" className="swatch" value={hex(colourOf(look, s))} onChange={(e) => changeLook(model, set, { colours: { ...look.colours, [s.number]: fromHex(e.target.value) } })} aria-label={t('Colour of {name}', { name: s.name })} data-testid="structure-colour" />
            <button type="button" className="row switch" role="switch" aria-checked={shown.includes(s)} onClick={() => toggle(s, !shown.includes(s))} data-testid="structure-shown">
              <span className={`sw ${shown.includes(s) ? 'on' : ''}`} />
              <span className="clip" title={s.name}>{s.name || t('Structure {number}', { number: String(s.number) })}</span>
            </button>
            {s.type && <span className="type" title={s.type}>{s.type}</span>}
            <span className="val" title={t('{count} {count|contour|contours} {#drawn}', { count: shapes.get(s)?.contours.length ?? 0 })} data-testid="structure-volume">{volumeText(s, shapes.get(s))}</span>
            <IconButton label={t('Go to the middle of {name}', { name: s.name })} icon={IconCurrentLocation} onClick={() => jump(s)} testid="structure-jump" />
          </div>
        ))}
      </div>
      <Lacks shapes={[...shapes.values()]} />
    </>
  );
}

/** cm3 from the contours; stored volumes are not told for them. */
export function volumeText({ roi }: Structure, shape: Shape | undefined): string {
  if (!roi || !shape?.contours.length) return roi && !shape ? '…' : t('no contours');
  const { volume } = shape;
  return volume === undefined ? '–' : `${number(volume, volume < 10 ? 2 : 1)} cm³`;
}

function Lacks({ shapes }: { shapes: readonly Shape[] }): ReactElement | null {
  const broken = shapes.reduce((sum, s) => sum + s.broken, 0);
  const left = shapes.reduce((sum, s) => sum + s.left, 0);
  const bent = shapes.reduce((sum, s) => sum + s.bent, 0);
  if (!broken && !left && !bent) return null;
  return (
    <div className="rtsay" role="status" data-testid="structures-broken">
      {broken > 0 && <div>{t('{count} {count|contour|contours} cannot be drawn: their points are no points.', { count: broken })}</div>}
      {bent > 0 && <div>{t('{count} closed {count|contour lies|contours lie} in no plane: drawn as {count|a line|lines}, without volume.', { count: bent })}</div>}
      {left > 0 && <div>{t('{count} points are left out: there are too many.', { count: left })}</div>}
    </div>
  );
}

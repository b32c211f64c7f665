/** Retired standalone curves and tables, and palettes: drawn with axes and units. */
import './style.css';
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import type { DataSet } from '../../../core/dicom-json';
import { t } from '../../../core/language';
import type { Palette } from '../../../core/luts';
import { Told } from '../../parts/told';
import type { KindProps } from '../kind-view';
import { Chart } from './chart';
import { drawingsOf, type Drawings } from './drawings';

export default function CurveView({ object }: KindProps): ReactElement {
  const found = useDrawings(object);
  if (!found) return <p className="pad t3">{t('Loading')}</p>;
  return (
    <div className="curves" data-testid="curves">
      {found.notes.length > 0 && <div className="pad t2" role="status" data-testid="curve-notes">{found.notes.slice(0, 8).map((note, i) => <p key={i}><Told words={note} /></p>)}</div>}
      {!found.drawings.length && <div className="say" role="alert"><b>{t('Nothing of this object can be drawn.')}</b><span>{t('The tags can be read.')}</span></div>}
      {found.drawings.map(({ name, across, up, lines, palette }, i) => (
        <section key={i} className="curve" data-testid="curve">
          <h2 className="curvename"><bdi>{name}</bdi></h2>
          {palette && <Colours palette={palette} name={name} />}
          <Chart lines={lines} across={across} up={up} label={t('{name}: {up} over {across}', { name, up, across })} />
        </section>
      ))}
    </div>
  );
}

function useDrawings(object: DataSet): Drawings | undefined {
  const [found, setFound] = useState<{ of: DataSet; drawings: Drawings }>();
  useEffect(() => {
    let wanted = true;
    const say = (drawings: Drawings) => wanted && setFound({ of: object, drawings });
    drawingsOf(object).then(say, (e: unknown) => say({ drawings: [], notes: [e instanceof Error ? e.message : String(e)] }));
    return () => {
      wanted = false;
    };
  }, [object]);
  return found?.of === object ? found.drawings : undefined;
}

/** One column of pixels an entry. */
function Colours({ palette, name }: { palette: Palette; name: string }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const count = palette.red.length;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(count, 1);
    const grey = (value: number | undefined) => Math.round(((value ?? 0) / (2 ** palette.bits - 1)) * 255);
    for (let i = 0; i < count; i++) image.data.set([grey(palette.red[i]), grey(palette.green[i]), grey(palette.blue[i]), 255], 4 * i);
    context.putImageData(image, 0, 0);
  }, [palette, count]);
  return <canvas ref={canvas} className="curvecolours" width={count} height={1} role="img" aria-label={t('Colours of {name}', { name })} data-testid="curve-colours" />;
}

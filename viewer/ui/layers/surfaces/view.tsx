/** Surfaces of an object by themselves: turned in space, listed, and laid over the images of their frame of reference. */
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useEffect, useMemo, useState, useSyncExternalStore, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { areaOf, isClosed, volumeInside, type Surface } from '../../../core/surfaces';
import { withHidden } from '../../../domain/laid';
import type { Companion } from '../../companions';
import { IconButton } from '../../parts/icon-button';
import { MeshView } from '../../parts/mesh-view';
import { Told } from '../../parts/told';
import { Heading } from '../heading';
import type { ViewerModel } from '../../viewer-model';
import { changeLaid, keptRaw, laidOf } from '../laid/state';
import { markBook } from '../marks/book';
import { withoutHidden } from './lay-over';
import { readSurfaces, type Fact, type ReadSurfaces } from './read';
import '../segments/style.css';

export function SurfacesView({ model, cell, companion }: { model: ViewerModel; cell: number; companion: Companion }): ReactElement {
  const { dataset } = companion;
  const { read, words } = useRead(dataset);
  const uid = text(dataset, '00080018');
  useSyncExternalStore(model.own.subscribe, () => keptRaw(model, uid));
  const laid = laidOf(model, uid);
  const hidden = laid.hidden.join();
  const surfaces = useMemo(() => withoutHidden(read?.surfaces ?? [], hidden.split(',').map(Number)), [read, hidden]);
  const toggle = (place: number) => changeLaid(model, uid, withHidden(laid, [place], !laid.hidden.includes(place)), t('surfaces and marks'), companion.state.series.series_instance_uid);
  return (
    <>
      <Heading model={model} cell={cell} companion={companion} onShow={() => markBook(model).set(companion, true)} />
      {words && <p className="pad" role="alert" data-testid="surfaces-words"><Told words={words} /> {t('The tags can be read.')}</p>}
      {!read && !words && <p className="pad t3" role="status">{t('Loading')}</p>}
      {read?.notices.map((notice) => <p className="pad t2 sm" key={notice} data-testid="surfaces-notice">{notice}</p>)}
      {read && read.surfaces.length > 0 && (
        <div className="surfaces">
          <MeshView stage={model.stages.get(cell)} surfaces={surfaces} inPatient label={read.surfaces.map((s) => s.name).join(', ').slice(0, 200)} />
          <div className="segments surfacelist" tabIndex={0}>
            {surfaces.slice(0, 500).map((s, i) => <Row key={s.id} surface={s} facts={read.facts.get(s.id) ?? []} onToggle={() => toggle(i + 1)} />)}
          </div>
        </div>
      )}
    </>
  );
}

function Row({ surface: s, facts, onToggle }: { surface: Surface; facts: readonly Fact[]; onToggle: () => void }): ReactElement {
  const [open, setOpen] = useState(false);
  const words = useMemo(() => sizeWords(s), [s]);
  return (
    <>
      <div className={`row segrow ${s.visible ? '' : 'off'}`} data-testid="surface">
        <IconButton label={s.visible ? t('Hide {name}', { name: s.name }) : t('Show {name}', { name: s.name })} icon={s.visible ? IconEye : IconEyeOff} onClick={onToggle} testid="surface-visible" />
        <button className="segname" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="surface-open"><i style={{ background: `rgb(${s.colour.join(' ')})` }} /><span className="clip">{s.name}</span></button>
        <span className="num t2 sm" data-testid="surface-size">{words}</span>
      </div>
      {open && (
        <div className="kv flush segfacts" data-testid="surface-facts">
          {facts.filter(([, v]) => v).map(([k, v], i) => <div className="fact" key={i}><span>{k}</span><b>{v}</b></div>)}
        </div>
      )}
    </>
  );
}

/** Only what is closed has something inside. */
function sizeWords({ positions, indices, made }: Surface): string {
  const pieces = Math.floor((indices?.length ?? 0) / (made === 'triangles' ? 3 : 2));
  const points = t('{count} points', { count: positions.length / 3 });
  if (made !== 'triangles' || !indices) return made === 'lines' ? `${points}, ${t('{count} pieces of line', { count: pieces })}` : points;
  const ml = isClosed(positions, indices) ? `${significant(volumeInside(positions, indices) / 1000, 4)} ml` : '';
  return [points, t('{count} triangles', { count: pieces }), ml, `${significant(areaOf(positions, indices), 4)} mm²`].filter(Boolean).join(', ');
}

function useRead(dataset: DataSet): { read: ReadSurfaces | undefined; words: string } {
  const [state, setState] = useState<{ dataset: DataSet; read?: ReadSurfaces; words: string }>();
  useEffect(() => {
    const aborter = new AbortController();
    readSurfaces(dataset, aborter.signal).then(
      (read) => setState({ dataset, read, words: '' }),
      (error: unknown) => !aborter.signal.aborted && setState({ dataset, words: error instanceof Error ? error.message : String(error) }),
    );
    return () => aborter.abort();
  }, [dataset]);
  return { read: state?.dataset === dataset ? state.read : undefined, words: state?.dataset === dataset ? state.words : '' };
}

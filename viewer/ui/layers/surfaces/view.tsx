/** Surfaces of an object by themselves: turned in space, listed, and laid over the images of their frame of reference. */
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useEffect, useState, type ReactElement } from 'react';
import type { DataSet } from '../../../core/dicom-json';
import { significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { volumeInside, type Surface } from '../../../core/surfaces';
import type { Companion } from '../../companions';
import { IconButton } from '../../parts/icon-button';
import { MeshView } from '../../parts/mesh-view';
import { Told } from '../../parts/told';
import { Heading } from '../heading';
import type { ViewerModel } from '../../viewer-model';
import { layOver } from './lay-over';
import { readSurfaces, type ReadSurfaces } from './read';
import '../segments/style.css';

export function SurfacesView({ model, cell, companion }: { model: ViewerModel; cell: number; companion: Companion }): ReactElement {
  const { dataset } = companion;
  const { read, words } = useRead(dataset);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const surfaces = read?.surfaces.map((s) => (hidden.has(s.id) ? { ...s, visible: false } : s)) ?? [];
  const toggle = (id: string) => setHidden((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  return (
    <>
      <Heading model={model} cell={cell} companion={companion} onShow={() => layOver(model, dataset, surfaces)} />
      {words && <p className="pad" role="alert" data-testid="surfaces-words"><Told words={words} /> {t('The tags can be read.')}</p>}
      {!read && !words && <p className="pad t3" role="status">{t('Loading')}</p>}
      {read?.notices.map((notice) => <p className="pad t2 sm" key={notice} data-testid="surfaces-notice">{notice}</p>)}
      {read && read.surfaces.length > 0 && (
        <div className="surfaces">
          <MeshView stage={model.stages.get(cell)} surfaces={surfaces} inPatient label={read.surfaces.map((s) => s.name).join(', ').slice(0, 200)} />
          <div className="segments surfacelist" tabIndex={0}>
            {surfaces.slice(0, 500).map((s) => <Row key={s.id} surface={s} onToggle={() => toggle(s.id)} />)}
          </div>
        </div>
      )}
    </>
  );
}

function Row({ surface: s, onToggle }: { surface: Surface; onToggle: () => void }): ReactElement {
  const ml = s.made === 'triangles' && s.indices ? volumeInside(s.positions, s.indices) / 1000 : undefined;
  const pieces = Math.floor((s.indices?.length ?? 0) / (s.made === 'triangles' ? 3 : 2));
  const words = [
    t('{count} points', { count: s.positions.length / 3 }),
    ...(s.made === 'triangles' ? [t('{count} triangles', { count: pieces })] : s.made === 'lines' ? [t('{count} pieces of line', { count: pieces })] : []),
    ...(ml === undefined ? [] : [`${significant(ml, 4)} ml`]),
  ];
  return (
    <div className={`row segrow ${s.visible ? '' : 'off'}`} data-testid="surface">
      <IconButton label={s.visible ? t('Hide {name}', { name: s.name }) : t('Show {name}', { name: s.name })} icon={s.visible ? IconEye : IconEyeOff} onClick={onToggle} testid="surface-visible" />
      <span className="segname"><i style={{ background: `rgb(${s.colour.join(' ')})` }} /><span className="clip">{s.name}</span></span>
      <span className="num t2 sm" data-testid="surface-size">{words.join(', ')}</span>
    </div>
  );
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

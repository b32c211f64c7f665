/** A Height Map Segmentation hung by itself: its surfaces with their heights, and the way to the scans they lie on. */
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { withHidden } from '../../../domain/laid';
import type { Companion } from '../../companions';
import { IconButton } from '../../parts/icon-button';
import { Told } from '../../parts/told';
import type { ViewerModel } from '../../viewer-model';
import { Heading } from '../heading';
import { changeLaid, keptRaw, laidOf } from '../laid/state';
import { markBook } from '../marks/book';
import { readHeights, type Heights } from './read';
import '../segments/style.css';

export function HeightsView({ model, cell, companion }: { model: ViewerModel; cell: number; companion: Companion }): ReactElement {
  const { dataset, state } = companion;
  const uid = text(dataset, '00080018');
  const read = useHeights(dataset);
  useSyncExternalStore(model.own.subscribe, () => keptRaw(model, uid));
  const laid = laidOf(model, uid);
  const toggle = (number: number) => changeLaid(model, uid, withHidden(laid, [number], !laid.hidden.includes(number)), t('look of segments'), state.series.series_instance_uid);
  return (
    <>
      <Heading model={model} cell={cell} companion={companion} onShow={() => markBook(model).set(companion, true)} />
      <div className="segments" tabIndex={0}>
        {read?.words && <p className="pad" role="alert" data-testid="heights-failed"><Told words={read.words} /> {t('The tags can be read.')}</p>}
        {!read && <p className="pad t3" role="status">{t('Loading')}</p>}
        {read?.notices.map((notice) => <p className="pad t2 sm" key={notice} data-testid="heights-notice">{notice}</p>)}
        {read?.heights?.map.frames.map(({ frame, segment }, i) => {
          const spread = read.heights?.spread[i];
          const isHidden = laid.hidden.includes(segment.number);
          return (
            <div className={`row segrow ${isHidden ? 'off' : ''}`} key={frame} data-testid="height-surface">
              <IconButton label={isHidden ? t('Show {name}', { name: segment.label }) : t('Hide {name}', { name: segment.label })} icon={isHidden ? IconEyeOff : IconEye} onClick={() => toggle(segment.number)} testid="height-visible" />
              <span className="segname"><i style={{ background: `rgb(${segment.colour.join(' ')})` }} /><span className="clip">{segment.label}</span><span className="t3 sm clip">{segment.type}</span></span>
              <span className="num t2 sm" data-testid="height-range">{spread ? t('{least} … {greatest} px, mean {mean}', { least: significant(spread.least, 4), greatest: significant(spread.greatest, 4), mean: significant(spread.mean, 4) }) : t('no number')}</span>
            </div>
          );
        })}
      </div>
    </>
  );
}

interface Read {
  heights: Heights | undefined;
  notices: readonly string[];
  words: string;
}

function useHeights(dataset: DataSet): Read | undefined {
  const [state, setState] = useState<Read & { dataset: DataSet }>();
  useEffect(() => {
    const aborter = new AbortController();
    readHeights(dataset, aborter.signal).then(
      ({ heights, notices }) => setState({ dataset, heights, notices, words: '' }),
      (error: unknown) => !aborter.signal.aborted && setState({ dataset, heights: undefined, notices: [], words: error instanceof Error ? error.message : String(error) }),
    );
    return () => aborter.abort();
  }, [dataset]);
  return state?.dataset === dataset ? state : undefined;
}

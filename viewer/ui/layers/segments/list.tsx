/** The segments of one object: by category, each with colour, size and whether it is seen. */
import { IconCurrentLocation, IconEye, IconEyeOff } from '@tabler/icons-react';
import { useState, useSyncExternalStore, type ReactElement } from 'react';
import { fixed, significant } from '../../../core/figures';
import { t } from '../../../core/language';
import { byCategory, type Segment } from '../../../core/segments';
import { fromHex, hex } from '../../../core/hex-colour';
import { withColour, withHidden } from '../../../domain/laid';
import { IconButton } from '../../parts/icon-button';
import type { ViewerModel } from '../../viewer-model';
import { segmentBook } from './book';
import { jumpTo } from './jump';
import type { Measured } from './measures';
import type { ShownSegments } from './shown';
import './style.css';

/** Rows at most: who looks for one of thousands types its name. */
const MOST_ROWS = 300;
/** From so many on there is a field to search. */
const MANY = 8;

export function SegmentList({ shown, model, measured }: { shown: ShownSegments; model: ViewerModel; measured: Measured | undefined }): ReactElement {
  useSyncExternalStore(shown.subscribe, shown.snapshot);
  const [wanted, setWanted] = useState('');
  const [open, setOpen] = useState<number>();
  const { segments } = shown;
  const found = segments.filter((s) => `${s.number} ${s.label} ${s.type} ${s.category}`.toLowerCase().includes(wanted.trim().toLowerCase()));
  const rows = found.slice(0, MOST_ROWS);
  const all = found.map((s) => s.number);
  return (
    <>
      {segments.length > MANY && <input className="field segsearch" type="search" value={wanted} placeholder={t('Find a segment')} aria-label={t('Find a segment')} onChange={(e) => setWanted(e.target.value)} data-testid="segment-search" />}
      {segments.length > 1 && (
        <div className="pad row faces">
          <button className="btn" onClick={() => setVisible(model, shown, all, true)} data-testid="segments-all">{t('Show all')}</button>
          <button className="btn" onClick={() => setVisible(model, shown, all, false)} data-testid="segments-none">{t('Hide all')}</button>
          <span className="grow" />
          <span className="t3 sm num">{t('{count} of {all}', { count: found.length, all: segments.length })}</span>
        </div>
      )}
      {byCategory(rows).map(([category, group]) => (
        <div key={category} role="group" aria-label={category || t('Segments')}>
          {category && <div className="segcat t3 sm">{category}</div>}
          {group.map((segment) => (
            <Row key={segment.number} segment={segment} shown={shown} model={model} measured={measured} open={open === segment.number} onOpen={() => setOpen(open === segment.number ? undefined : segment.number)} />
          ))}
        </div>
      ))}
      {found.length > rows.length && <div className="pad t3 sm">{t('{count} more: type a name to find one.', { count: found.length - rows.length })}</div>}
      {!found.length && <div className="pad t3 sm">{t('No segment is called so.')}</div>}
    </>
  );
}

interface RowProps {
  segment: Segment;
  shown: ShownSegments;
  model: ViewerModel;
  measured: Measured | undefined;
  open: boolean;
  onOpen: () => void;
}

function Row({ segment, shown, model, measured, open, onOpen }: RowProps): ReactElement {
  const visible = shown.isVisible(segment);
  const size = shown.sizeOf(segment);
  const values = measured?.bySegment.get(segment.number);
  return (
    <>
      <div className={`row segrow ${visible ? '' : 'off'}`} data-testid="segment" data-segment={segment.number} aria-current={segmentBook(model).isCurrent(shown, segment) || undefined}>
        <IconButton label={visible ? t('Hide {name}', { name: segment.label }) : t('Show {name}', { name: segment.label })} icon={visible ? IconEye : IconEyeOff} onClick={() => setVisible(model, shown, [segment.number], !visible)} testid="segment-visible" />
        <button className="segname" aria-expanded={open} onClick={onOpen} data-testid="segment-open">
          <i style={{ background: `rgb(${shown.colourOf(segment).join(' ')})` }} />
          <span className="clip">{segment.label}</span>
        </button>
        <span className="num t2 sm" data-testid="segment-size">{size?.ml === undefined ? (size ? t('{count} voxels', { count: size.voxels }) : '') : `${significant(size.ml, 4)} ml`}</span>
        {values && <span className="num t3 sm" data-testid="segment-mean">{`${significant(values.mean, 4)} ± ${significant(values.deviation, 3)} ${measured?.unit ?? ''}`}</span>}
        <IconButton label={t('Go to the middle of {name}', { name: segment.label })} icon={IconCurrentLocation} onClick={() => !jumpTo(model, shown, segment) && model.tell(t('No viewport shows the place of {name}.', { name: segment.label }))} testid="segment-jump" />
      </div>
      {open && <Details segment={segment} shown={shown} model={model} measured={measured} />}
    </>
  );
}

function Details({ segment, shown, model, measured }: Omit<RowProps, 'open' | 'onOpen'>): ReactElement {
  const book = segmentBook(model);
  const size = shown.sizeOf(segment);
  const values = measured?.bySegment.get(segment.number);
  const unit = measured?.unit ? ` ${measured.unit}` : '';
  const facts: [string, string][] = [
    [t('Number'), String(segment.number)],
    [t('Type'), segment.type],
    [t('Algorithm'), segment.algorithm],
    [t('Description'), segment.description],
    [t('Voxels'), size ? significant(size.voxels, 8) : ''],
    [t('Volume'), size?.ml === undefined ? '' : `${fixed(size.ml, 3)} ml`],
    ...(values ? ([[t('Mean'), significant(values.mean, 5) + unit], [t('SD'), significant(values.deviation, 5) + unit], [t('Least'), significant(values.least, 6) + unit], [t('Greatest'), significant(values.greatest, 6) + unit]] as [string, string][]) : []),
  ];
  return (
    <div className="kv flush segfacts" data-testid="segment-facts">
      {facts.filter(([, v]) => v).map(([k, v]) => (
        <div className="fact" key={k}><span>{k}</span><b>{v}</b></div>
      ))}
      <label className="fact">
        <span>{t('Colour')}</span>
        <input type="color" value={hex(shown.colourOf(segment))} onChange={(e) => book.change(shown, withColour(book.laid(shown), segment.number, fromHex(e.target.value)), 'colour')} data-testid="segment-colour" />
      </label>
    </div>
  );
}

function setVisible(model: ViewerModel, shown: ShownSegments, numbers: readonly number[], visible: boolean): void {
  const book = segmentBook(model);
  book.change(shown, withHidden(book.laid(shown), numbers, !visible));
}

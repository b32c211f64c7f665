/** Four corners, at most three lines each, 11 px. Text from the object goes in as text, never as markup. */
import type { ReactElement } from 'react';
import { isoDateTime } from '../../../core/dates';
import { number, text } from '../../../core/dicom-json';
import { planeOf } from '../../../core/image-description';
import { nameParts } from '../../../core/person-name';
import { flagsOf, type ImageRef } from '../../../domain/display-sets';
import { windowText } from '../../../domain/presets';
import type { Reading, Snapshot } from '../../stage/stage';
import type { SeriesState } from '../../viewer-model';

export function CornerTexts({ snap, state, stranger }: { snap: Snapshot; state: SeriesState; stranger: boolean }): ReactElement {
  const { study, series } = state;
  const name = nameParts(study.patient_name);
  const image = snap.ref;
  const count = snap.displaySet?.images.length ?? 0;
  return (
    <>
      <div className="cor tl" data-testid="corner-top-left">
        <span className={stranger ? 'stranger' : ''}>
          <b>{name.main || 'No name'}</b> {name.other}
        </span>
        <span className="dim">{[study.patient_id, study.patient_sex].filter(Boolean).join('  ')}</span>
        <Flags image={image} snap={snap} />
      </div>
      <div className="cor tr-c" data-testid="corner-top-right">
        <span>{[series.series_number, series.series_description || series.modality].filter((v) => v !== null && v !== '').join('  ')}</span>
        <span className="dim">{isoDateTime(series.series_date || study.study_date, series.series_time || study.study_time)}</span>
        {image && <span className="dim">{acquired(image)}</span>}
      </div>
      <div className="cor bl" data-testid="corner-bottom-left">
        <span>{count > 0 ? `Im ${(snap.shown >= 0 ? snap.shown : snap.index) + 1} / ${count}` : ''}</span>
        {image && <span className="dim">{slice(image)}</span>}
        {image && <span className="dim">{dose(image)}</span>}
      </div>
      {snap.applied && (
        <div className="cor br" data-testid="corner-bottom-right">
          <span>{snap.displaySet?.colour ? '' : windowText(snap.applied)}</span>
          <span className="dim">×{snap.zoom.toFixed(2)}</span>
          <span className="dim">{snap.cursor?.reading ? valueText(snap.cursor.reading) : ''}</span>
        </div>
      )}
    </>
  );
}

function Flags({ image, snap }: { image: ImageRef | undefined; snap: Snapshot }): ReactElement | null {
  const flags = image ? flagsOf(image) : [];
  const { flip, rotation } = snap.orientation;
  if (flip) flags.push('flipped');
  if (rotation) flags.push(`turned ${rotation}°`);
  if (snap.inverted) flags.push('inverted');
  if (!flags.length && !snap.reduced) return null;
  return (
    <span className="flags">
      {snap.reduced && (
        <span className={`flag ${snap.lack ? '' : 'late'}`} data-testid="flag-reduced">{snap.lack ? `reduced: ${snap.lack}` : 'reduced'}</span>
      )}
      {flags.map((flag) => (
        <span className="flag" key={flag} data-testid={`flag-${flag.split(' ')[0]}`}>{flag}</span>
      ))}
    </span>
  );
}

function acquired(image: ImageRef): string {
  const ds = image.dataset;
  return [text(ds, '00185101'), text(ds, '00200062') || text(ds, '00200060'), text(ds, '00180015')].filter(Boolean).join(' ');
}

function slice(image: ImageRef): string {
  const thickness = number(image.dataset, '00180050');
  const position = planeOf(image.dataset, image.frame)?.position;
  const plane = position ? `${thickness ? '' : 'at '}z ${position[2].toFixed(1).replace('-', '−')}` : '';
  return [thickness ? `${thickness.toFixed(1)} mm` : '', plane].filter(Boolean).join('  ');
}

function dose(image: ImageRef): string {
  const kv = number(image.dataset, '00180060');
  const mas = number(image.dataset, '00181152');
  const [tr, te] = [number(image.dataset, '00180080'), number(image.dataset, '00180081')];
  if (kv) return [`${round(kv)} kV`, mas ? `${round(mas)} mAs` : ''].filter(Boolean).join('  ');
  return [tr ? `TR ${round(tr)}` : '', te ? `TE ${round(te)}` : ''].filter(Boolean).join('  ');
}

function round(n: number): string {
  return String(Number(n.toFixed(n < 10 ? 1 : 0)));
}

export function valueText(reading: Reading): string {
  if (Array.isArray(reading.stored)) return `RGB ${reading.stored.join(' ')}`;
  const value = reading.modality ?? reading.stored;
  const shown = Number.isInteger(value) ? String(value) : value.toPrecision(5);
  return `${shown.replace('-', '−')}${reading.unit ? ` ${unit(reading.unit)}` : ''} at cursor`;
}

/** US (unspecified) says nothing to a reader. */
function unit(u: string): string {
  return u === 'US' ? '' : u;
}

/** Four corners, at most three lines each, 11 px. Text from the object goes in as text, never as markup. */
import { fixed, significant } from '../../../core/figures';
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { linesOf, type Shown } from '../../../domain/corner-texts';
import { flagsOf, type Flag, type ImageRef } from '../../../domain/display-sets';
import { airSide, mammoViewOf, viewLabel } from '../../../domain/mammography';
import { wallOf } from '../../breast-wall';
import { imageId } from '../../stage/frames';
import { windowText } from '../../../domain/presets';
import { suvText, suvWindowText } from '../../../domain/suv';
import { cornerLayout } from '../../corner-layouts';
import { Name } from '../../parts/person-name';
import { usePreferences } from '../../preferences';
import { suvKind } from '../../suv-choice';
import type { Reading } from '../../stage/reading';
import type { Snapshot } from '../../stage/view';
import type { SeriesState, ViewerModel } from '../../viewer-model';
import { guideFlags } from './guide-flags';
import { useConnection } from './connection-line';

export function CornerTexts({ snap, state, stranger, model }: { snap: Snapshot; state: SeriesState; stranger: boolean; model: ViewerModel }): ReactElement {
  usePreferences();
  const { study } = state;
  const layout = cornerLayout(state.series.modality);
  const shown = shownOf(snap, state);
  const breast = snap.three || snap.tiles > 1 ? undefined : breastOf(snap, model);
  const texts = (
    <>
      <div className="cor tl" data-testid="corner-top-left">
        <span className={stranger ? 'stranger' : ''}>
          <Name of={study.patient_name} strong="b" />
        </span>
        <span className="dim">{[study.patient_id, study.patient_sex].filter(Boolean).join('  ')}</span>
        <Flags image={snap.ref} snap={snap} model={model} />
      </div>
      <Lines className="tr-c" lines={linesOf(layout, 'tr', shown)} testid="corner-top-right" />
      {!snap.three && <Lines className="bl" lines={linesOf(layout, 'bl', shown)} testid="corner-bottom-left" />}
      {snap.applied && !snap.three && <Lines className="br" lines={linesOf(layout, 'br', shown)} testid="corner-bottom-right" />}
    </>
  );
  if (!breast) return texts;
  return (
    <div className={`airside ${breast.air}`} data-testid="air-side" data-side={breast.air}>
      <b className="breastview" data-testid="breast-view">{breast.label}</b>
      {texts}
    </div>
  );
}

/** Of a mammogram: what marks it, near the armpit, and the side where texts cover no breast (IHE Mammography Image). */
function breastOf(snap: Snapshot, model: ViewerModel): { label: string; air: 'left' | 'right' } | undefined {
  const { ref, displaySet } = snap;
  const view = ref && mammoViewOf(ref);
  if (!view || !displaySet) return undefined;
  const air = airSide(wallOf(ref, view, imageId(displaySet.studyInstanceUid, displaySet.seriesInstanceUid, ref), () => model.update()), snap.matrix);
  return air && { label: viewLabel(view), air };
}

function Lines({ className, lines, testid }: { className: string; lines: string[]; testid: string }): ReactElement {
  return (
    <div className={`cor ${className}`} data-testid={testid}>
      {lines.map((line, i) => <span key={i} className={i ? 'dim' : ''}>{line}</span>)}
    </div>
  );
}

function shownOf(snap: Snapshot, { study, series }: SeriesState): Shown {
  return {
    study,
    series,
    image: snap.ref,
    at: (snap.shown >= 0 ? snap.shown : snap.index) + 1,
    count: snap.displaySet?.images.length ?? 0,
    dimensions: snap.displaySet?.dimensions,
    window: snap.applied && !snap.displaySet?.colour ? suvWindowOf(snap) ?? windowText(snap.applied) : '',
    zoom: snap.tiles > 1 ? '' : `×${fixed(snap.zoom, 2)}`,
    value: snap.cursor?.reading ? t('{value} at cursor', { value: valueText(snap.cursor.reading) }) : '',
  };
}

function suvWindowOf({ ref, applied }: Snapshot): string | undefined {
  return ref && applied ? suvWindowText(ref, applied, suvKind()) : undefined;
}

/** Said at once where the full pixels will not come, or not before the server is back. */
function Reduced({ lack }: { lack: string }): ReactElement {
  const { standing } = useConnection();
  const reason = lack || (standing === 'lost' ? t('The server did not answer.') : '');
  return <span className={`flag ${reason ? '' : 'late'}`} data-testid="flag-reduced">{reason ? t('reduced: {reason}', { reason }) : t('reduced')}</span>;
}

/** Its pixels are asked for; what is drawn is the one before. */
function Awaited(): ReactElement {
  const { standing } = useConnection();
  return <span className={`flag ${standing === 'lost' ? '' : 'late'}`} data-testid="flag-awaited">{standing === 'lost' ? t('The server did not answer.') : t('the server is making it')}</span>;
}

function Flags({ image, snap, model }: { image: ImageRef | undefined; snap: Snapshot; model: ViewerModel }): ReactElement | null {
  const flags: (Flag & { title?: string })[] = image ? [...guideFlags(image, snap, model), ...flagsOf(image)] : [];
  const { flip, rotation } = snap.turned;
  if (flip) flags.push({ id: 'flipped', words: t('flipped') });
  if (rotation) flags.push({ id: 'turned', words: t('turned {angle}°', { angle: rotation }) });
  if (snap.inverted) flags.push({ id: 'inverted', words: t('inverted') });
  const notes = snap.displaySet?.notes?.(image) ?? [];
  const isAwaited = snap.displaySet?.elsewhere === true && (snap.reduced || snap.index !== snap.shown);
  if (!flags.length && !notes.length && !snap.reduced && !isAwaited) return null;
  return (
    <span className="flags">
      {isAwaited && <Awaited />}
      {snap.reduced && !isAwaited && <Reduced lack={snap.lack} />}
      {notes.map(({ short, long }) => (
        <span className="flag" key={short} title={long} data-testid="volume-flag">{short}</span>
      ))}
      {flags.map((flag) => (
        <span className="flag" key={flag.id} title={flag.title} data-testid={`flag-${flag.id}`}>{flag.words}</span>
      ))}
    </span>
  );
}

export function valueText(reading: Reading): string {
  const { over } = reading;
  const upper = over ? ` · ${over.suv ? suvText(over.suv.value, over.suv.kind) : `${significant(over.value, 5)} ${unit(over.unit)}`.trim()}` : '';
  return [ownText(reading) + upper, ...(reading.said ?? [])].join(' · ');
}

function ownText(reading: Reading): string {
  if (Array.isArray(reading.stored)) return `RGB ${reading.stored.join(' ')}`;
  const value = reading.modality ?? reading.stored;
  const shown = significant(value, Number.isInteger(value) ? 12 : 5);
  const suv = reading.suv ? `${suvText(reading.suv.value, reading.suv.kind)}, ` : '';
  const { real } = reading;
  const meant = real ? ` · ${significant(real.value, 5)}${real.unit ? ` ${real.unit}` : ''} ${real.meaning}`.trimEnd() : '';
  return `${suv}${shown}${reading.unit ? ` ${unit(reading.unit)}` : ''}${meant}`;
}

/** What the axes of an ultrasound region say: '1.20 s, −80.0 cm/s'. */
export function calibratedText({ calibrated }: Reading): string {
  return [calibrated?.x, calibrated?.y].map((c) => (c ? `${fixed(c.value, 2)} ${c.unit}` : '')).filter(Boolean).join(', ');
}

/** US (unspecified) says nothing to a reader; units of PET are written as people do (PS3.3 C.8.9.1.1.3). */
function unit(u: string): string {
  return { US: '', BQML: 'Bq/ml', GML: 'g/ml', CM2ML: 'cm²/ml', CNTS: 'counts' }[u] ?? u;
}

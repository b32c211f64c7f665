/** The panel (\): facts about the image shown, and every tag of its object. */
import { lazy, Suspense, useSyncExternalStore, type ReactElement } from 'react';
import { modalityOf } from '../../../core/image-description';
import { t } from '../../../core/language';
import { flagsOf } from '../../../domain/display-sets';
import { isMeasuredImage } from '../../../domain/eye';
import { Told } from '../../parts/told';
import { companionsRead } from '../../companions';
import type { Stage } from '../../stage/stage';
import type { PanelTab, SeriesState, ViewerModel } from '../../viewer-model';
import { BrokenSection } from './broken-section';
import { Compare } from './compare';
import { ColourSection, OverlaySection } from './layer-sections';
import { KeysSection } from './keys-section';
import { MaskSection } from './mask-section';
import { VolumeSection } from './mpr-panel';
import { SizeFact } from './size-fact';
import { KindSlot } from '../../kinds/panel-slot';
import { FusionSection } from './fusion-section';
import { RealWorldSection } from './real-world-section';
import { StateSection } from './state-section';
import { SuvSection } from './suv-section';
import { hasTherapy } from '../../therapy/objects';
import { ThreatSection } from './threat-section';
import { UltrasoundSection } from './ultrasound-section';
import { WindowSection } from './window-section';

/** The names of all elements are 200 kB: fetched when somebody looks. */
const Tags = lazy(() => import('./tags'));

const TABS: [PanelTab, string][] = [['image', t('Image')], ['compare', t('Compare')], ['tags', t('Tags')]];

const SegmentsSection = lazy(() => import('../../layers/segments/section'));
const TherapySection = lazy(() => import('../../therapy/section'));
const SurfacesSection = lazy(() => import('../../layers/surfaces/section'));
const MarksSection = lazy(() => import('./marks-section'));
const MeasuredSection = lazy(() => import('./measured-section'));
const CurveSection = lazy(() => import('./curve-section'));
const ThreeSection = lazy(() => import('./three-section'));

export function Panel({ model }: { model: ViewerModel }): ReactElement {
  const stage = model.stage();
  const state = model.series.get(model.hanging.cells[model.active] ?? '');
  return (
    <aside className="panel" aria-label={t('Panel')} data-testid="panel">
      <div className="tabs" role="tablist">
        {TABS.map(([tab, name]) => (
          <button key={tab} role="tab" aria-selected={model.tab === tab} className={model.tab === tab ? 'on' : ''} onClick={() => model.update({ tab })} data-testid={`tab-${tab}`}>
            {tab === 'image' && state?.set && state.set.kind !== 'images' ? t('Object') : name}
          </button>
        ))}
      </div>
      {stage && state && model.tab === 'image' && <ImageFacts stage={stage} state={state} model={model} />}
      {stage && model.tab === 'compare' && <Compare stage={stage} model={model} />}
      {stage && state && model.tab === 'tags' && <Suspense><Tags stage={stage} state={state} model={model} /></Suspense>}
    </aside>
  );
}

function ImageFacts({ stage, state, model }: { stage: Stage; state: SeriesState; model: ViewerModel }): ReactElement {
  const snap = useSyncExternalStore(stage.subscribe, stage.snapshot);
  const image = snap.ref;
  return (
    <div className="scrolls" tabIndex={0}>
      {(state.error || snap.error) && (
        <div className="pad">
          <div className="note failed">
            <div>
              <p><b>{snap.displaySet?.images.length ? t('Series {number} cannot be drawn completely.', { number: String(state.series.series_number ?? '') }) : t('Series {number} cannot be drawn.', { number: String(state.series.series_number ?? '') })}</b></p>
              <p><Told words={snap.error || state.error} /> {t('The tags can be read.')}</p>
            </div>
          </div>
        </div>
      )}
      <BrokenSection stage={stage} snap={snap} model={model} />
      {!image && <KindSlot />}
      {image && (
        <>
          <VolumeSection model={model} />
          {stage.three && <Suspense><ThreeSection three={stage.three} onClose={() => stage.setThree(false)} /></Suspense>}
          {companionsRead(model, 'segmentation').length > 0 && <Suspense><SegmentsSection snap={snap} model={model} /></Suspense>}
          {holdsSurfaces(model) && <Suspense><SurfacesSection image={image} model={model} /></Suspense>}
          {!stage.three && (
            <>
              <KeysSection snap={snap} model={model} />
              <StateSection stage={stage} snap={snap} model={model} />
              <MaskSection stage={stage} snap={snap} model={model} />
              <Suspense><CurveSection snap={snap} model={model} /></Suspense>
              <WindowSection stage={stage} snap={snap} model={model} image={image} />
              <FusionSection stage={stage} model={model} />
              <Suspense><MarksSection model={model} image={image} /></Suspense>
              <SuvSection image={image} />
              <RealWorldSection image={image} model={model} />
              <ThreatSection image={image} model={model} />
              <UltrasoundSection image={image} model={model} />
              <ColourSection stage={stage} snap={snap} model={model} />
              <OverlaySection stage={stage} snap={snap} image={image} model={model} />
            </>
          )}
          {isMeasuredImage(image.dataset) && <Suspense><MeasuredSection dataset={image.dataset} model={model} /></Suspense>}
          {hasTherapy(model) && <Suspense><TherapySection model={model} /></Suspense>}
          <div className="sec">
            <div className="hd">{t('Image')}</div>
            <div className="kv flush"><SizeFact image={image} model={model} />{factsOf(stage, state).map(([k, v]) => <Fact key={k} name={k} value={v} />)}</div>
          </div>
        </>
      )}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }): ReactElement {
  return (
    <>
      <span>{name}</span>
      <b>{value}</b>
    </>
  );
}

function factsOf(stage: Stage, state: SeriesState): [string, string][] {
  const { ref: image } = stage.snapshot();
  if (!image) return [];
  const { pixel, dataset, frame } = image;
  const modality = modalityOf(dataset, frame, pixel);
  const facts: [string, string][] = [
    [t('Size'), `${pixel.columns} × ${pixel.rows}, ${pixel.bitsStored} bit`],
    [t('Values'), image.computed ? modality.unit || '–' : modality.kind === 'lut' ? t('by table') : [`× ${modality.slope}`, modality.intercept ? `${modality.intercept > 0 ? '+' : '−'} ${Math.abs(modality.intercept)}` : '', modality.unit].filter(Boolean).join(' ')],
    [t('Colour'), pixel.photometric],
    [t('Stored as'), SYNTAXES[image.transferSyntax] ?? (image.transferSyntax || t('not said'))],
    [t('Flags'), flagsOf(image).map((flag) => flag.words).join(', ') || t('none {#no flags}')],
    [t('Body part'), state.series.body_part_examined || '–'],
  ];
  return facts;
}

const SYNTAXES: Record<string, string> = {
  '1.2.840.10008.1.2': t('Implicit little endian'),
  '1.2.840.10008.1.2.1': t('Explicit little endian'),
  '1.2.840.10008.1.2.1.99': t('Deflated'),
  '1.2.840.10008.1.2.2': t('Big endian'),
  '1.2.840.10008.1.2.5': 'RLE',
  '1.2.840.10008.1.2.4.50': t('JPEG 8 bit'),
  '1.2.840.10008.1.2.4.51': t('JPEG 12 bit'),
  '1.2.840.10008.1.2.4.57': t('JPEG lossless'),
  '1.2.840.10008.1.2.4.70': t('JPEG lossless'),
  '1.2.840.10008.1.2.4.80': t('JPEG-LS lossless'),
  '1.2.840.10008.1.2.4.81': t('JPEG-LS near lossless'),
  '1.2.840.10008.1.2.4.90': t('JPEG 2000 lossless'),
  '1.2.840.10008.1.2.4.91': 'JPEG 2000',
  '1.2.840.10008.1.2.4.201': t('HTJ2K lossless'),
  '1.2.840.10008.1.2.4.202': t('HTJ2K lossless'),
  '1.2.840.10008.1.2.4.203': 'HTJ2K',
};

/** Something may be laid over by another room: it is fetched then only. */
function holdsSurfaces(model: ViewerModel): boolean {
  return (['segmentation', 'tracts', 'scan', 'fiducials', 'registration'] as const).some((kind) => companionsRead(model, kind).length > 0);
}

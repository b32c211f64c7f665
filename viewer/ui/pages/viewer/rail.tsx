/** Series of the open studies. What cannot be drawn stays here, with its reason. */
import {
  IconAdjustments, IconAlertTriangle, IconArrowsExchange, IconChartDots, IconCube, IconFileText, IconHeartRateMonitor, IconMicroscope, IconMovie,
  IconPhotoOff, IconPolygon, IconReportMedical, IconRoute, IconStack2, IconStar, IconTable, IconTags, IconTargetArrow, IconWaveSine,
} from '@tabler/icons-react';
import '../../style/rail-hidden.css';
import { Fragment, useEffect, useRef, useState, type ComponentType, type ReactElement } from 'react';
import { isoDate } from '../../../core/dates';
import { t } from '../../../core/language';
import { kindOfClass, type ObjectKind } from '../../../domain/object-kinds';
import { isRun, seriesOfRun } from '../../../domain/runs';
import { isCompanion, type StudyDetail } from '../../../domain/study';
import { isHidden } from '../../hidden-classes';
import { Icon } from '../../parts/icon';
import { usePreferences } from '../../preferences';
import { runsOnRail, thumbnailOf } from '../../runs';
import { seriesOfCell } from '../../stage/reformatting';
import { isFetched, type SeriesState, type ViewerModel } from '../../viewer-model';
import { SERIES_DRAG } from './drag';

type Glyph = ComponentType<{ size?: number | string; stroke?: number | string; className?: string }>;

export function Rail({ model }: { model: ViewerModel }): ReactElement {
  return (
    <aside className="rail" aria-label={t('Series')} data-testid="rail">
      {model.studies.map((study, i) => (
        <StudySeries key={study.study_instance_uid} model={model} study={study} first={i === 0} />
      ))}
    </aside>
  );
}

function StudySeries({ model, study, first }: { model: ViewerModel; study: StudyDetail; first: boolean }): ReactElement {
  usePreferences();
  const [all, setAll] = useState(false);
  const left = study.series.filter(isHidden).length;
  // What hangs is always there, and a study is never empty.
  const isListed = (series: StudyDetail['series'][number]) => all || left === study.series.length || !isHidden(series) || model.hanging.cells.includes(series.series_instance_uid);
  return (
    <>
      <div className="day">
        <span className={first ? '' : 't3'}>{isoDate(study.study_date) || t('no date')}</span>
        <span className="grow" />
        {study.receiving && <span className="c-recv" title={t('Still receiving')}>···</span>}
      </div>
      {study.series.filter(isListed).map((series) => {
        const state = model.series.get(series.series_instance_uid);
        if (!state) return null;
        const uid = series.series_instance_uid;
        return (
          <Fragment key={uid}>
            <SeriesCard model={model} state={state} />
            {runsOnRail(model, uid).map((run) => <SeriesCard key={run.series.series_instance_uid} model={model} state={run} />)}
          </Fragment>
        );
      })}
      {left > 0 && left < study.series.length && (
        <button className="btn low railhidden" aria-expanded={all} onClick={() => setAll(!all)} title={t('Classes that are left out are chosen over the tags.')} data-testid="hidden-series">
          {all ? t('Fewer') : t('{count} hidden', { count: left })}
        </button>
      )}
    </>
  );
}

function SeriesCard({ model, state }: { model: ViewerModel; state: SeriesState }): ReactElement {
  const { series } = state;
  const uid = series.series_instance_uid;
  const active = seriesOfCell(model.hanging.cells[model.active] ?? '') === uid;
  const shown = model.hanging.cells.some((cell) => seriesOfCell(cell) === uid || seriesOfRun(seriesOfCell(cell)) === uid);
  // Slides and the like have pictures, though no stack of images.
  const drawable = !state.error && (state.set ? state.set.images.length > 0 || (series.is_image && state.set.kind !== 'images') : series.is_image);
  const name = series.series_description || series.body_part_examined || series.modality || t('Series');
  const card = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (active) card.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <button
      ref={card}
      className={`ser ${isRun(uid) ? 'run' : ''} ${active ? 'on' : shown ? 'shown' : ''}`}
      draggable
      title={[name, state.error].filter(Boolean).join('\n')}
      aria-pressed={active}
      data-testid="series"
      data-series-uid={uid}
      onDragStart={(e) => e.dataTransfer.setData(SERIES_DRAG, uid)}
      onClick={() => model.showSeries(uid)}
    >
      <span className="unseen">{[t('Series {number}, {name}', { number: String(series.series_number ?? ''), name }), state.error].filter(Boolean).join('. ')}</span>
      {drawable ? <Picture state={state} stars={model.keys.countOf(state)} /> : <NoPicture state={state} />}
      {drawable && <Progress state={state} />}
      <span className="d" aria-hidden>{name}</span>
    </button>
  );
}

function Picture({ state, stars }: { state: SeriesState; stars: number }): ReactElement {
  const { series, set } = state;
  const [failed, setFailed] = useState(false);
  const total = set?.images.length || series.number_of_frames || series.number_of_instances;
  const busy = isFetched(state);
  const left = set?.left?.length ?? 0;
  const broken = state.failed + left;
  return (
    <span className="pic" data-theme="dark" aria-hidden>
      {failed ? (
        <span className="nopic"><Icon of={IconPhotoOff} /></span>
      ) : (
        <img alt="" src={thumbnailOf(state)} loading="lazy" decoding="async" fetchPriority="low" draggable={false} onError={() => setFailed(true)} />
      )}
      <span className="no">{series.series_number ?? ''}</span>
      <span className="n" data-testid="series-count">{busy ? t('{loaded} of {count}', { loaded: state.loaded, count: total }) : total}</span>
      {stars > 0 && <span className="keyed" title={t('{count} key {count|image|images}', { count: stars })} data-testid="series-keys">{`\u2605 ${stars}`}</span>}
      {broken > 0 && (
        <span className="st c-failed" title={t('{failed} of {count} {count|image|images} cannot be drawn', { failed: broken, count: total + left })} data-testid="series-broken">
          <Icon of={IconAlertTriangle} size="s" />
        </span>
      )}
    </span>
  );
}

function Progress({ state }: { state: SeriesState }): ReactElement | null {
  const total = state.set?.images.length ?? 0;
  if (!isFetched(state)) return null;
  return (
    <span className="bar recv">
      <i style={{ width: `${(100 * state.loaded) / total}%` }} />
    </span>
  );
}

const GLYPHS: Partial<Record<ObjectKind, Glyph>> = {
  report: IconReportMedical, measurements: IconTable, document: IconFileText, video: IconMovie, waveform: IconHeartRateMonitor, spectra: IconWaveSine, mesh: IconCube, plan: IconTargetArrow,
  structures: IconPolygon, segmentation: IconStack2, presentation: IconAdjustments, 'key-objects': IconStar, registration: IconArrowsExchange, fiducials: IconChartDots, tracts: IconRoute,
  annotations: IconPolygon, slide: IconMicroscope, tags: IconTags,
};

function NoPicture({ state }: { state: SeriesState }): ReactElement {
  const { series } = state;
  const broken = Boolean(state.error) && series.is_image && !isCompanion(series.modality);
  return (
    <span className="pic txt" data-theme="dark" aria-hidden>
      <Icon of={broken ? IconPhotoOff : (GLYPHS[kindOfClass(series.sop_class_uids[0] ?? '')] ?? IconPhotoOff)} />
      <span className="no">{series.series_number ?? ''}</span>
      {broken && (
        <span className="st c-failed">
          <Icon of={IconAlertTriangle} size="s" />
        </span>
      )}
    </span>
  );
}

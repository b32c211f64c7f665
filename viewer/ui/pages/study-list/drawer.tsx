/** A look at a study without opening it: its series, the priors of the patient. */
import { IconColumns2, IconFileDownload, IconPhotoOff, IconPin, IconPinFilled, IconSend, IconShape, IconStack, IconStar, IconTable, IconTrash, IconX } from '@tabler/icons-react';
import { useEffect, useState, type ReactElement } from 'react';
import { before, isoDate } from '../../../core/dates';
import { number, t } from '../../../core/language';
import { bestPrior } from '../../../domain/compare';
import { nameParts } from '../../../core/person-name';
import { identityLine, isCompanion, kindOf, type Series, type Study, type StudyDetail } from '../../../domain/study';
import { Icon } from '../../parts/icon';
import { IconButton } from '../../parts/icon-button';
import { Name } from '../../parts/person-name';
import { usePreferences } from '../../preferences';
import { navigate, viewerAddress } from '../../router';
import { httpServer, seriesThumbnail } from '../../server/http-server';
import { isDrawerPinned, pinDrawer } from './pinned';
import { Thumb, type RowActions } from './table';

interface Props {
  study: Study;
  onClose: () => void;
  actions: RowActions;
}

const MOST_SERIES = 12;

export function Drawer({ study, onClose, actions }: Props): ReactElement {
  const [detail, setDetail] = useState<StudyDetail>();
  const [error, setError] = useState('');
  usePreferences();
  const pinned = isDrawerPinned();
  const close = () => {
    pinDrawer(false);
    onClose();
  };
  const uid = study.study_instance_uid;
  useEffect(() => {
    const aborter = new AbortController();
    // Arrow keys run through the list: ask only for the study the reader stays at.
    const timer = setTimeout(() => {
      httpServer.study(uid, aborter.signal).then(setDetail, (e: unknown) => !aborter.signal.aborted && setError(String(e instanceof Error ? e.message : e)));
    }, 80);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [uid, study.number_of_instances]);
  const { send: onSend, remove: onDelete } = actions;
  const newest = detail && (bestPrior(study, detail.priors) ?? detail.priors[0]);
  return (
    <aside className="panel drawer" aria-label={t('Study')} data-testid="drawer">
      <div className="sec pad">
        <div className="row">
          <h2 className="grow wraps"><Name of={study.patient_name} quiet="t2" /></h2>
          <IconButton label={pinned ? t('Let it close') : t('Keep it open')} icon={pinned ? IconPinFilled : IconPin} on={pinned} onClick={() => pinDrawer(!pinned)} testid="drawer-pin" />
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={close} testid="drawer-close" />
        </div>
        <div className="t2 sm">{identityLine(study)}</div>
        <div className="row acts2">
          <button className="btn primary grow" onClick={() => actions.open(study)} data-testid="open">
            {t('Open')} <kbd>Enter</kbd>
          </button>
          {newest && (
            <button className="btn" onClick={() => compare(study, newest)} title={t('With the newest prior, C')} data-testid="compare">
              <Icon of={IconColumns2} size="m" />
              {t('Compare')}
            </button>
          )}
          {onSend && <IconButton label={t('Send')} hint="Ctrl E" icon={IconSend} onClick={() => onSend(study)} testid="send" />}
          <IconButton label={t('Download as ZIP')} icon={IconFileDownload} onClick={() => actions.download(study)} testid="download" />
        </div>
      </div>
      <div className="scrolls">
        {error && <div className="pad"><div className="note failed"><p>{error}</p></div></div>}
        {detail && <SeriesGrid detail={detail} />}
        {detail && detail.priors.length > 0 && <Priors study={study} priors={detail.priors} />}
        {detail && <WithIt series={detail.series.filter((s) => isCompanion(s.modality))} />}
        <div className="sec">
          <div className="hd">{t('Study')}</div>
          <div className="kv flush">
            <span>{t('Text')}</span><b>{study.study_description || '–'}</b>
            <span>{t('Body part')}</span><b>{study.body_parts.join(', ') || '–'}</b>
            <span>{t('Accession')}</span><b>{study.accession_number || '–'}</b>
            <span>{t('Referrer')}</span><b>{nameParts(study.referring_physician_name).main || '–'}</b>
            <span>{t('From')}</span><b>{study.source_ae_title || '–'}</b>
          </div>
        </div>
        {onDelete && (
          <div className="pad">
            <button className="btn plain" onClick={() => onDelete(study)} data-testid="delete"><Icon of={IconTrash} size="m" />{t('Delete…')} <kbd>Del</kbd></button>
          </div>
        )}
      </div>
    </aside>
  );
}

function compare(study: Study, prior: Study): void {
  navigate(viewerAddress([study.study_instance_uid, prior.study_instance_uid], true));
}

function SeriesGrid({ detail }: { detail: StudyDetail }): ReactElement {
  const images = detail.series.filter((s) => !isCompanion(s.modality));
  const shown = images.slice(0, MOST_SERIES);
  return (
    <div className="sec">
      <div className="hd">
        {t('This study')} <span className="c">{t('{n} {n|series|series}', { n: detail.series.length })}</span>
      </div>
      <div className="figs">
        {shown.map((series) => (
          <Figure key={series.series_instance_uid} study={detail.study_instance_uid} series={series} />
        ))}
      </div>
      {images.length > MOST_SERIES && <p className="pad t3 xs">{t('{n} more when it is opened.', { n: images.length - MOST_SERIES })}</p>}
    </div>
  );
}

function Figure({ study, series }: { study: string; series: Series }): ReactElement {
  const [failed, setFailed] = useState(!series.is_image);
  const name = series.series_description || series.modality;
  return (
    <figure className="fig" title={name}>
      {failed ? (
        <span className="noimg"><Icon of={series.is_image ? IconPhotoOff : IconTable} /></span>
      ) : (
        <img className="thumb" alt="" src={seriesThumbnail(study, series.series_instance_uid)} onError={() => setFailed(true)} />
      )}
      <figcaption className="xs t2 clip">{name} · {series.number_of_frames || series.number_of_instances}</figcaption>
    </figure>
  );
}

/** What is stored beside the images: key images, presentation states, reports, segmentations. */
function WithIt({ series }: { series: Series[] }): ReactElement | null {
  if (!series.length) return null;
  return (
    <div className="sec" data-testid="with-it">
      <div className="hd">{t('With this study')}</div>
      {series.slice(0, MOST_SERIES).map((one) => (
        <div className="li plain" key={one.series_instance_uid} data-testid="companion">
          <span className="t3"><Icon of={COMPANION_ICONS[one.modality] ?? IconTable} size="s" /></span>
          <span className="grow clip">{one.series_description || companionName(one.modality)}</span>
          <span className="val t3">{[companionCount(one), isoDate(one.series_date)].filter(Boolean).join(', ')}</span>
        </div>
      ))}
    </div>
  );
}

const COMPANION_ICONS: Readonly<Record<string, typeof IconTable>> = { KO: IconStar, PR: IconStack, SEG: IconShape };

function companionCount(series: Series): string {
  return series.number_of_instances > 1 ? `${number(series.number_of_instances)} ${series.modality}` : series.modality;
}

function companionName(modality: string): string {
  const names: Readonly<Record<string, string>> = { KO: t('Key images'), PR: t('Presentation state'), SR: t('Report'), SEG: t('Segmentation'), DOC: t('Document') };
  return names[modality] ?? modality;
}

function Priors({ study, priors }: { study: Study; priors: Study[] }): ReactElement {
  return (
    <div className="sec">
      <div className="hd">
        {t('Priors')} <span className="c">{t('{n}, listed, not loaded', { n: priors.length })}</span>
      </div>
      {priors.map((prior) => {
        const kind = kindOf(prior.modalities);
        return (
          <button className="li prior" key={prior.study_instance_uid} onClick={() => compare(study, prior)} title={t('Open both')} data-testid="prior">
            <Thumb study={prior} />
            <span className="grow">
              <span className="clip block"><span className={`mod ${kind.first}`}>{kind.label}</span> {prior.study_description}</span>
              <span className="t3">{isoDate(prior.study_date)} · {before(prior.study_date, study.study_date)}</span>
            </span>
            <Icon of={IconColumns2} size="m" />
          </button>
        );
      })}
    </div>
  );
}

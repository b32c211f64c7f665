/** Dose-volume histograms of a dose: those it brings, and those reckoned from it and the contours. */
import { IconX } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { createPortal } from 'react-dom';
import { items } from '../../core/dicom-json';
import { doseAt, meanOf, readDoseVolume, volumeAt, wholeVolume, type DoseVolume, type DoseVolumeFault } from '../../core/dose-volume';
import { contradictionsOf, type Contradiction } from '../../core/dose-volume-check';
import { significant } from '../../core/figures';
import { t } from '../../core/language';
import { nameOf } from '../../domain/joined';
import type { Structure } from '../../domain/structures';
import { Segments } from '../parts/fields';
import { IconButton } from '../parts/icon-button';
import { useModal } from '../parts/use-modal';
import type { ViewerModel } from '../viewer-model';
import { reckonAll } from './dvh-work';
import { inDose, setsOf, type InDose } from './dvh-sets';
import { DvhChart } from './dvh-chart';
import { joinsOf } from './joins';
import { nameOfSet, uidOf, type Dose } from './objects';
import { structuresIn, therapyOf } from './therapy';
import './style.css';

export interface Curve {
  name: string;
  colour: string;
  found: DoseVolume;
  /** The registrations that it was reckoned through; '' where contours and dose lie in one frame of reference. */
  through: string;
}

type Source = 'object' | 'reckoned';

const MOST_STORED = 500;
const NO_STRUCTURES: readonly Structure[] = [];

export default function Histograms({ model, dose, onClose }: { model: ViewerModel; dose: Dose; onClose: () => void }): ReactElement {
  useModal();
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => dialog.current?.focus(), []);
  useEffect(() => joinsOf(model).want(), [model]);
  const sets = setsOf(model, dose);
  const [chosen, setChosen] = useState('');
  const set = sets.find((s) => uidOf(s.dataset) === chosen) ?? sets[0];
  const structures = set ? structuresIn(set.dataset) : NO_STRUCTURES;
  const own = sets[0] ? structuresIn(sets[0].dataset) : NO_STRUCTURES;
  const stored = useMemo(() => storedOf(dose, own), [dose, own]);
  const [source, setSource] = useState<Source>(stored.curves.length ? 'object' : 'reckoned');
  const reckoned = useReckoned(model, dose, structures, source === 'reckoned');
  const [at, setAt] = useState({ dose: 20, percent: 95 });
  const curves = source === 'object' ? stored.curves : reckoned.curves;
  const unit = curves[0]?.found.unit === 'Gy' ? 'Gy' : '';
  const doseName = unit ? `${t('Dose')}, ${unit}` : `${t('Dose')}, ${t('relative')}`;
  const says = source === 'object' ? [...stored.faults.map(faultText), ...stored.contradictions] : reckoned.words;
  return createPortal(
    <>
      <div className="shade" onClick={onClose} />
      <div ref={dialog} className="dlg dvh" role="dialog" aria-modal="true" aria-label={t('Dose-volume histogram')} tabIndex={-1} onKeyDown={(e) => e.key === 'Escape' && onClose()} data-testid="dvh">
        <div className="hd">
          <h2>{t('Dose-volume histogram')}</h2>
          <span className="grow" />
          <IconButton label={t('Close')} hint="Esc" icon={IconX} onClick={onClose} />
        </div>
        <div className="bd">
          <div className="dvhbar">
            <Segments<Source> label={t('Histograms')} value={source} choices={[['object', t('As the object has it')], ['reckoned', t('From dose and contours')]]} onChange={setSource} testid="dvh-source" />
            <label className="row">{t('Volume at')} <input className="field" type="number" step="any" min={0} value={at.dose} onChange={(e) => setAt({ ...at, dose: Math.max(Number(e.target.value), 0) })} data-testid="dvh-dose" /> {unit}</label>
            <label className="row">{t('Dose at')} <input className="field" type="number" step="any" min={0} max={100} value={at.percent} onChange={(e) => setAt({ ...at, percent: Math.min(Math.max(Number(e.target.value), 0), 100) })} data-testid="dvh-percent" /> %</label>
            {source === 'reckoned' && sets.length > 1 && (
              <label className="row">{t('Structures')} <select className="field" value={set && uidOf(set.dataset)} onChange={(e) => setChosen(e.target.value)} data-testid="dvh-set">{sets.map((s) => <option key={uidOf(s.dataset)} value={uidOf(s.dataset)}>{nameOfSet(s)}</option>)}</select></label>
            )}
          </div>
          {curves.length > 0 && <DvhChart curves={curves} name={doseName} at={at} onAt={setAt} />}
          {says.map((words) => <p className="rtsay" role="status" key={words} data-testid="dvh-words">{words}</p>)}
          {!curves.length && !says.length && <p className="rtsay" role="status" data-testid="dvh-words">{source === 'object' ? t('The dose brings no histograms.') : t('No structures of this dose are open.')}</p>}
          {curves.length > 0 && <Numbers curves={curves} at={at} unit={unit} />}
          <p className="rtsay">{source === 'object' ? t('Minimum, mean and maximum as they are stored; what is not stored is read from the curve.') : t('Each contour reaches half way to its neighbours; what lies beside the dose grid counts as without dose.')}</p>
        </div>
      </div>
    </>,
    document.querySelector('[data-testid="viewer"]') ?? document.body,
  );
}

function Numbers({ curves, at, unit }: { curves: readonly Curve[]; at: { dose: number; percent: number }; unit: string }): ReactElement {
  const said = (value: number | undefined) => (value === undefined ? '–' : significant(value, 4));
  return (
    <table className="rttable" data-testid="dvh-table">
      <thead>
        <tr>{headsOf(at, unit).map((head, i) => <th key={i} className={i ? 'n' : ''}>{head}</th>)}</tr>
      </thead>
      <tbody>
        {curves.map(({ name, colour, found, through }, i) => (
          <tr key={i} data-testid="dvh-row">
            <td><span className="row"><span className="swatch" style={{ background: colour }} />{name}{found.beside > 0.001 && <span className="t3 xs">{t('{percent} % beside the grid', { percent: significant(found.beside * 100, 2) })}</span>}</span>{through && <span className="t3 xs block" data-testid="dvh-through">{t('through {object}', { object: through })}</span>}</td>
            <td className="n">{significant(wholeVolume(found), 4)} {{ CM3: 'cm³', PERCENT: '%' }[found.volumeUnit] ?? ''}</td>
            <td className="n">{said(found.least)}</td>
            <td className="n">{said(found.mean ?? meanOf(found))}</td>
            <td className="n">{said(found.largest)}</td>
            <td className="n">{said(doseAt(found, at.percent))}</td>
            <td className="n">{said(volumeAt(found, at.dose))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Names of doses and volumes are signs, the same in every language. */
function headsOf(at: { dose: number; percent: number }, unit: string): string[] {
  return [t('Region'), t('Volume'), ['Dmin', unit].filter(Boolean).join(', '), 'Dmean', 'Dmax', `D${significant(at.percent, 3)}`, `V${significant(at.dose, 4)}, %`];
}

const MOST_SAID = 8;

function storedOf({ dataset }: Dose, structures: readonly Structure[]): { curves: Curve[]; faults: DoseVolumeFault[]; contradictions: string[] } {
  const stored = items(dataset, '30040050').slice(0, MOST_STORED);
  const read = stored.map(readDoseVolume);
  const contradictions = stored.flatMap((item, i) => {
    const found = read[i];
    return typeof found === 'object' ? contradictionsOf(item).map((what) => contradictionText(what, curveOf(found, structures).name)) : [];
  });
  const faults = new Set(read.filter((r) => typeof r === 'string'));
  return { faults: [...faults], contradictions: contradictions.slice(0, MOST_SAID), curves: read.filter((r) => typeof r !== 'string').map((found) => curveOf(found, structures)) };
}

function curveOf(found: DoseVolume, structures: readonly Structure[], through = ''): Curve {
  const own = found.rois.map((roi) => structures.find((s) => s.number === roi));
  const name = own.map((s, i) => s?.name || t('Structure {number}', { number: String(found.rois[i] ?? '') })).join(', ');
  return { name: name || t('no structure named'), through, colour: `rgb(${(own.find(Boolean)?.colour ?? [169, 177, 186]).join(' ')})`, found };
}

function contradictionText(what: Contradiction, name: string): string {
  return {
    rising: t('{name}: its volumes rise with the dose; they are read as falling.', { name }),
    order: t('{name}: its minimum, mean and maximum dose do not follow one another.', { name }),
  }[what];
}

function faultText(fault: DoseVolumeFault): string {
  return {
    pairs: t('A histogram was left out: its data are no pairs of bin and volume.'),
    bins: t('A histogram was left out: it has another number of bins than it says.'),
    kind: t('A histogram was left out: its type is not known.'),
    negative: t('A histogram was left out: it has negative numbers.'),
    'per-u': t('A histogram was left out: its volumes would be endless.'),
  }[fault];
}

function useReckoned(model: ViewerModel, dose: Dose, structures: readonly Structure[], wanted: boolean): { curves: Curve[]; words: string[] } {
  const loaded = therapyOf(model).dose(dose);
  const ways = inDose(model, structures, dose);
  // Data sets are read anew at each drawing; what they say of the ways is the same till other registrations come.
  const said = JSON.stringify(ways.inside.map(({ structure, joined }) => [structure.number, joined.matrix]));
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const inside = useMemo(() => ways.inside, [structures, said]);
  const [curves, setCurves] = useState<Curve[]>([]);
  const [count, setCount] = useState(0);
  const [failed, setFailed] = useState(false);
  const { grid } = loaded;
  useEffect(() => {
    if (!wanted || !grid) return undefined;
    setCurves([]);
    setCount(0);
    setFailed(false);
    return reckonAll(grid, inside, ({ joined }: InDose, found) => {
      setCount((n) => n + 1);
      if (found) setCurves((before) => [...before, curveOf(found, structures, joined.by && nameOf(joined.by))]);
    }, () => setFailed(true));
  }, [grid, structures, inside, wanted]);
  const left = leftText(structures, ways);
  const progress = loaded.words || (failed ? t('The histograms could not be reckoned.') : count < inside.length ? t('{done} of {all} structures are reckoned.', { done: count, all: inside.length }) : '');
  return { curves, words: [left, inside.length || !left ? progress : ''].filter(Boolean) };
}

/** Which structures have no histogram since they lie elsewhere. */
function leftText(structures: readonly Structure[], { apart, bent }: ReturnType<typeof inDose>): string {
  if (!apart.length) return '';
  if (apart.length < structures.length) return t('In another frame of reference than the dose, and left out: {names}.', { names: apart.slice(0, MOST_SAID).map((s) => s.name || String(s.number)).join(', ') });
  return bent ? t('Only a registration that is not rigid joins the structures to the dose: no histograms are reckoned.') : t('The structures lie in another frame of reference than the dose: no histograms are reckoned.');
}

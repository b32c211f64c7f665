/** MR spectroscopy: a grid of voxels, the spectra of those that are chosen side by side, and where they lie over the images. */
import './style.css';
import { useEffect, useMemo, useState, type MouseEvent, type ReactElement } from 'react';
import { text, type DataSet } from '../../../core/dicom-json';
import { number, t } from '../../../core/language';
import { axisOf, bestPhase, boxOf, mapOf, phased, readSpectra, secondAxisOf, spectrumOf, type Shown, type Spectra, type SpectraFault, type Voxel } from '../../../core/spectroscopy';
import { Segments, Switch } from '../../parts/fields';
import { Told } from '../../parts/told';
import { bulkBytes } from '../../stage/bulk-source';
import type { KindProps } from '../kind-view';
import { useOwnState } from '../../own-states';
import { colourOf, VoxelLayer } from './layer';
import { HeatMap } from './heat-map';
import { Plot } from './plot';
import { useTraces } from './traces';

/** Spectra side by side. */
const MOST_CHOSEN = 4;
/** Voxels as buttons; of more only the chosen one is told. */
const MOST_BUTTONS = 1024;
/** Where the usual metabolites of the brain lie, ppm (de Graaf, In vivo NMR spectroscopy). */
const METABOLITES: readonly (readonly [string, number])[] = [['mI', 3.56], ['Cho', 3.2], ['Cr', 3.03], ['NAA', 2.01], ['Lac', 1.33]];
const USUAL_RANGE: [number, number] = [4.4, 0];

interface State {
  frame: number;
  chosen: readonly (readonly [number, number])[];
  shown: Shown;
  /** Degrees; degrees a ppm. */
  zero: number;
  first: number;
  mirrored: boolean | undefined;
  range: [number, number] | undefined;
  grid: boolean;
  /** Spectra in the voxels over images. */
  traces: boolean;
  /** Of the second dimension, from 0; and whether all of them are shown as a map. */
  line: number;
  map: boolean;
}

export default function SpectraView(props: KindProps): ReactElement {
  const found = useSpectra(props.object);
  if (!found) return <p className="pad t3">{t('Loading')}</p>;
  if (found.spectra) return <Spectroscopy {...props} spectra={found.spectra} />;
  return <div className="say" role="alert" data-testid="spectra-failed"><b>{t('These spectra cannot be drawn.')}</b><span><Told words={found.words} /> {t('The tags can be read.')}</span></div>;
}

interface Found {
  spectra?: Spectra;
  words: string;
}

function useSpectra(object: DataSet): Found | undefined {
  const [found, setFound] = useState<{ of: DataSet; found: Found }>();
  useEffect(() => {
    const stop = new AbortController();
    const say = (result: Found) => !stop.signal.aborted && setFound({ of: object, found: result });
    bulkBytes(object['56000020'], stop.signal).then(
      (bytes) => {
        const read = readSpectra(object, bytes);
        say(typeof read === 'string' ? { words: faultWords(read) } : { spectra: read, words: '' });
      },
      (e: unknown) => say({ words: e instanceof Error ? e.message : String(e) }),
    );
    return () => stop.abort();
  }, [object]);
  return found?.of === object ? found.found : undefined;
}

function faultWords(fault: SpectraFault): string {
  if (fault === 'shape') return t('The object does not say how many voxels and data points it has.');
  return fault === 'data' ? t('Its spectroscopy data are missing or end within the first frame.') : t('Its spectral width cannot be.');
}

function Spectroscopy({ model, set, object, spectra }: KindProps & { spectra: Spectra }): ReactElement {
  const key = `spectra ${text(object, '00080018')}`;
  const kept = useOwnState(model.own, set.seriesInstanceUid)[key];
  const axis = useMemo(() => axisOf(spectra), [spectra]);
  const state = readState(kept, spectra);
  const change = (made: Partial<State>) => model.own.change(set.seriesInstanceUid, { [key]: { ...state, ...made } });
  const mirrored = state.mirrored ?? spectra.isMirrored;
  const { frame } = state;
  const chosen = useMemo(() => state.chosen.map(([row, column]): Voxel => ({ frame, row, column })), [state.chosen, frame]);
  const range = state.range ?? usualRange(axis.values, axis.unit);
  const { line } = state;
  const shown = spectra.parts === 'complex' ? state.shown : 'real';
  const traces = useTraces(spectra, axis.values, { frame, line, mirrored, shown, zero: state.zero, first: state.first, high: range[0], low: range[1] });
  const maps = useMemo(() => (state.map ? chosen.map((voxel) => mapOf(spectra, voxel, mirrored)) : []), [state.map, spectra, chosen, mirrored]);
  const second = useMemo(() => secondAxisOf(spectra), [spectra]);
  useEffect(() => {
    if (!state.grid) return undefined;
    const layer = new VoxelLayer(object, spectra, frame, chosen, state.traces ? traces : undefined);
    model.layers.put(layer);
    return () => model.layers.remove(layer.id);
  }, [model, object, spectra, frame, chosen, state.grid, state.traces, traces]);
  const spectrum = useMemo(() => chosen.map((voxel) => spectrumOf(spectra, voxel, mirrored, line)), [spectra, chosen, mirrored, line]);
  const pivot = spectra.reference;
  const beside = imageBeside(model, object);
  const placed = boxOf(object, spectra, { frame, row: 0, column: 0 }) !== undefined;
  const choose = (row: number, column: number, e: MouseEvent) => {
    const isThere = state.chosen.some(([r, c]) => r === row && c === column);
    const others = state.chosen.filter(([r, c]) => r !== row || c !== column);
    if (!e.ctrlKey && !e.metaKey && !e.shiftKey) change({ chosen: [[row, column]] });
    else if (!isThere || others.length) change({ chosen: isThere ? others : [...others, [row, column] as const].slice(-MOST_CHOSEN) });
  };
  /** By what is shown: the water beside it has a phase of its own. */
  const phase = () => {
    const inside = (part: Float64Array) => part.filter((_, i) => (axis.values[i] as number) <= range[0] && (axis.values[i] as number) >= range[1]);
    if (spectrum[0]) change({ zero: Math.round(bestPhase({ re: inside(spectrum[0].re), im: inside(spectrum[0].im) })), first: 0, shown: 'real' });
  };
  const marks = spectra.nucleus === '1H' && axis.unit === 'ppm' ? METABOLITES : [];
  return (
    <div className="spectra" data-testid="spectra" data-mirrored={mirrored}>
      <div className="wavebar" role="toolbar" aria-label={t('Spectrum')}>
        {spectra.frames > 1 && (
          <select className="field" aria-label={t('Frame')} value={frame} onChange={(e) => change({ frame: Number(e.target.value) })} data-testid="spectra-frame">
            {Array.from({ length: spectra.frames }, (_, i) => <option key={i} value={i}>{t('Frame {number}', { number: String(i + 1) })}</option>)}
          </select>
        )}
        {spectra.pointRows > 1 && (
          <select className="field" aria-label={t('Second dimension')} value={state.map ? 'map' : line} onChange={(e) => change(e.target.value === 'map' ? { map: true } : { map: false, line: Number(e.target.value) })} data-testid="spectra-line">
            <option value="map">{t('Both dimensions: map')}</option>
            {Array.from({ length: Math.min(spectra.pointRows, MOST_BUTTONS) }, (_, i) => <option key={i} value={i}>{t('Line {number}', { number: String(i + 1) })}</option>)}
          </select>
        )}
        <Segments label={t('Part')} value={state.shown} choices={[['real', t('Real')], ['imaginary', t('Imaginary')], ['magnitude', t('Magnitude')]]} onChange={(shown) => change({ shown })} testid="spectra-part" />
        <label className="row gap4">{t('Phase')} <input type="range" min={-180} max={180} value={state.zero} onChange={(e) => change({ zero: Number(e.target.value) })} disabled={state.shown === 'magnitude'} data-testid="spectra-zero" /> <span className="num">{state.zero}°</span></label>
        <label className="row gap4">{t('First order')} <input type="range" min={-180} max={180} value={state.first} onChange={(e) => change({ first: Number(e.target.value) })} disabled={state.shown === 'magnitude'} data-testid="spectra-first" /> <span className="num">{state.first}°/{axis.unit}</span></label>
        <button className="btn" onClick={phase} data-testid="spectra-phase">{t('Phase for me')}</button>
        <button className="btn" onClick={() => change({ range: state.range ? undefined : [axis.values[0] as number, axis.values.at(-1) as number] })} data-testid="spectra-whole">{state.range ? t('Usual range') : t('Whole axis')}</button>
        <Switch on={mirrored} onChange={(on) => change({ mirrored: on })} testid="spectra-mirror">{t('Turned round')}</Switch>
        <span className="grow" />
        {placed && <Switch on={state.grid} onChange={(grid) => change({ grid })} testid="spectra-grid">{t('Grid over images')}</Switch>}
        {placed && state.grid && spectra.rows * spectra.columns > 1 && <Switch on={state.traces} onChange={(on) => change({ traces: on })} testid="spectra-traces">{t('Spectra over images')}</Switch>}
        {placed && beside && model.hanging.cells.length < 2 && <button className="btn" onClick={() => model.hangCells({ rows: 1, columns: 2, cells: [beside, set.seriesInstanceUid] }, 1)} data-testid="spectra-beside">{t('Beside its image')}</button>}
      </div>
      <div className="specbody">
        <Voxels spectra={spectra} frame={frame} chosen={state.chosen} onChoose={choose} />
        <div className="specplots">
          {maps.map((values, i) => <HeatMap key={i} values={values} across={axis} up={second} range={range} name={voxelName(chosen[i] as Voxel)} />)}
          {!state.map && spectrum.map((one, i) => (
            <Plot
              key={i} axis={axis.values} unit={axis.unit} values={phased(one, axis.values, shown, state.zero, state.first, pivot)} range={range} colour={colourOf(i)} marks={marks}
              name={voxelName(chosen[i] as Voxel)} onRange={(next) => change({ range: next })}
            />
          ))}
        </div>
      </div>
      <div className="wavefoot" data-testid="spectra-facts">{factsOf(object, spectra, mirrored, axis.unit).map((fact) => <span key={fact}>{fact}</span>)}</div>
    </div>
  );
}

function Voxels({ spectra, frame, chosen, onChoose }: { spectra: Spectra; frame: number; chosen: State['chosen']; onChoose: (row: number, column: number, e: MouseEvent) => void }): ReactElement | null {
  const { rows, columns } = spectra;
  if (rows * columns < 2 || rows * columns > MOST_BUTTONS) return rows * columns < 2 ? null : <p className="pad t3 sm">{t('{count} voxels are too many to be listed.', { count: rows * columns })}</p>;
  return (
    <div className="voxels" role="group" aria-label={t('Voxels')} style={{ gridTemplateColumns: `repeat(${columns}, 28px)` }} data-testid="voxels" data-frame={frame + 1}>
      {Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        const at = chosen.findIndex(([r, c]) => r === row && c === column);
        return <button key={i} aria-pressed={at >= 0} aria-label={voxelName({ frame, row, column })} title={voxelName({ frame, row, column })} style={at >= 0 ? { background: colourOf(at) } : undefined} onClick={(e) => onChoose(row, column, e)} data-testid="voxel" />;
      })}
    </div>
  );
}

function voxelName({ row, column }: Voxel): string {
  return t('Row {row}, column {column}', { row: row + 1, column: column + 1 });
}

/** Metabolites where they are in the axis, else all of it. */
function usualRange(axis: Float64Array, unit: string): [number, number] {
  const [high, low] = [axis[0] as number, axis.at(-1) as number];
  return unit === 'ppm' && high > 4 && low < 0.5 ? USUAL_RANGE : [high, low];
}

function readState(value: unknown, { rows, columns, frames, pointRows }: Spectra): State {
  const kept = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof State, unknown>>;
  const real = (v: unknown, usual: number) => (typeof v === 'number' && Number.isFinite(v) ? v : usual);
  const isPair = (v: unknown): v is [number, number] => Array.isArray(v) && v.length === 2 && v.every((n) => Number.isFinite(n));
  const inside = Array.isArray(kept.chosen) ? kept.chosen.filter(isPair).filter(([r, c]) => r >= 0 && r < rows && c >= 0 && c < columns).slice(0, MOST_CHOSEN) : [];
  const shown = (['real', 'imaginary', 'magnitude'] as const).find((s) => s === kept.shown);
  return {
    frame: Math.min(Math.max(Math.trunc(real(kept.frame, 0)), 0), frames - 1),
    chosen: inside.length ? inside : [[Math.floor((rows - 1) / 2), Math.floor((columns - 1) / 2)]],
    shown: shown ?? 'real', zero: real(kept.zero, 0), first: real(kept.first, 0),
    mirrored: typeof kept.mirrored === 'boolean' ? kept.mirrored : undefined,
    range: isPair(kept.range) && kept.range[0] > kept.range[1] ? kept.range : undefined,
    grid: kept.grid !== false, traces: kept.traces !== false,
    line: Math.min(Math.max(Math.trunc(real(kept.line, 0)), 0), pointRows - 1), map: kept.map === true && pointRows > 1,
  };
}

/** A series of images in the same frame of reference: the grid lies over it. */
function imageBeside(model: KindProps['model'], object: DataSet): string | undefined {
  const mine = text(object, '00200052');
  return mine ? model.order().find((uid) => {
    const image = model.series.get(uid)?.set?.images[0];
    return image && text(image.dataset, '00200052') === mine;
  }) : undefined;
}

function factsOf(ds: DataSet, spectra: Spectra, mirrored: boolean, unit: string): string[] {
  return [
    spectra.nucleus, Number.isFinite(spectra.transmitter) ? `${number(spectra.transmitter)} MHz` : t('no transmitter frequency: the axis is in Hz'), t('spectral width {hertz} Hz', { hertz: number(spectra.width) }),
    unit === 'ppm' ? t('{ppm} ppm in the middle', { ppm: number(spectra.reference) }) : '', t('{count} points', { count: spectra.points }), text(ds, '00189054').slice(0, 32), spectra.isTime ? t('transformed here from the time signal') : '',
    spectra.pointRows > 1 ? t('{count} lines in the second dimension', { count: spectra.pointRows }) : '', mirrored ? t('turned round: ppm rise with frequency') : '',
  ].filter(Boolean);
}

/** Track sets as they are drawn and told: Track Set Sequence (PS3.3 C.8.33.2), its values fetched. */
import type { DataSet } from '../../../core/dicom-json';
import { significant } from '../../../core/figures';
import { labColour, ownColour, rgbOfLab, type Rgb } from '../../../core/lab';
import { t } from '../../../core/language';
import { floatsOf, shortsOf } from '../../../core/mesh-primitives';
import { lengthsOf, measuredIn, spreadOf, trackSetsOf, type Spread, type TrackSet } from '../../../core/tracts';
import type { Surface } from '../../../core/surfaces';
import { bulkBytes } from '../../stage/bulk-source';
import { inTurn } from './in-turn';
import type { Fact, ReadSurfaces } from './read';

const MOST_TRACKS = 5000;

interface Track {
  points: Float32Array;
  /** Three bytes a point. */
  colours: Uint8Array;
}

export async function readTracts(ds: DataSet, signal: AbortSignal): Promise<ReadSurfaces> {
  const notices: string[] = [];
  const sets = trackSetsOf(ds);
  if (!sets.length) notices.push(t('The object holds no tract.'));
  const surfaces: Surface[] = [];
  const facts = new Map<string, readonly Fact[]>();
  const holders = ds['00660101']?.Value as DataSet[] | undefined;
  for (const [i, set] of sets.entries()) {
    const name = set.label || t('Tracts {number}', { number: set.number });
    const colour = labColour(holders?.[i] ?? {}, '0062000D') ?? ownColour(set.number);
    const drawn = set.tracks.slice(0, MOST_TRACKS);
    if (set.tracks.length > drawn.length) notices.push(t('{name}: {count} of {all} tracts are drawn.', { name, count: drawn.length, all: set.tracks.length }));
    const tracks = await inTurn(drawn, (track) => readTrack(track, colour, signal));
    const astray = tracks.reduce((sum, { points }) => sum + points.reduce((n, _, at) => n + (at % 3 === 2 && ![points[at - 2], points[at - 1], points[at]].every(Number.isFinite) ? 1 : 0), 0), 0);
    if (astray) notices.push(t('{name}: {count} {count|point lies|points lie} nowhere.', { name, count: astray }));
    const id = `${ds['00080018']?.Value?.[0] as string} ${i + 1}`;
    const made = joined(tracks);
    if (!made.positions.length) notices.push(t('{name} has no points.', { name }));
    else surfaces.push({ ...made, id, name, made: 'lines', colour, opacity: 1, visible: true });
    facts.set(id, [...factsOf(set, tracks), ...(await measuredFacts(holders?.[i] ?? {}, signal))]);
  }
  return { surfaces, notices, facts };
}

async function readTrack(track: DataSet, colour: Rgb, signal: AbortSignal): Promise<Track> {
  const points = floatsOf(await bulkBytes(track['00660016'], signal));
  const count = Math.floor(points.length / 3);
  const own = labColour(track, '0062000D') ?? colour;
  const labs = '00660103' in track ? shortsOf(await bulkBytes(track['00660103'], signal)) : undefined;
  const colours = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) colours.set(labs && labs.length >= 3 * count ? rgbOfLab([labs[3 * i] as number, labs[3 * i + 1] as number, labs[3 * i + 2] as number]) : own, i * 3);
  return { points: points.subarray(0, count * 3), colours };
}

function factsOf(set: TrackSet, tracks: readonly Track[]): Fact[] {
  const lengths = spreadOf([lengthsOf(tracks.map((track) => track.points))]);
  return [
    [t('Number'), String(set.number)],
    [t('Tracks'), String(set.tracks.length)],
    [t('Length'), lengths ? spreadWords(lengths, 'mm') : ''],
    [t('Anatomy'), set.anatomy],
    [t('Description'), set.description],
    [t('Model'), set.model],
    [t('Algorithm'), set.algorithm],
    ...set.statistics.map(({ name, kind, value, unit }): Fact => [[name, kind].filter(Boolean).join(', '), `${significant(value, 5)} ${unit}`.trim()]),
  ];
}

/** What was measured at the points, reckoned over all of them. */
async function measuredFacts(set: DataSet, signal: AbortSignal): Promise<Fact[]> {
  const all: Fact[] = [];
  for (const { name, unit, values } of measuredIn(set)) {
    const lists = await inTurn(values.slice(0, MOST_TRACKS), async (one) => floatsOf(await bulkBytes(one['00660125'], signal)));
    const spread = spreadOf(lists);
    all.push([name || t('Measured'), spread ? spreadWords(spread, unit) : t('no number')]);
  }
  return all;
}

/** 'mean 40.0, SD 10.0, 30.0 … 50.0 mm (2)'. */
function spreadWords({ count, mean, deviation, least, greatest }: Spread, unit: string): string {
  const number = (v: number) => significant(v, 4);
  return t('mean {mean}, SD {deviation}, {least} … {greatest} {unit} ({count})', { mean: number(mean), deviation: number(deviation), least: number(least), greatest: number(greatest), unit, count: String(count) });
}

function joined(tracks: readonly Track[]): Required<Pick<Surface, 'positions' | 'indices' | 'colours'>> {
  const total = tracks.reduce((sum, track) => sum + track.points.length / 3, 0);
  const positions = new Float32Array(total * 3);
  const colours = new Uint8Array(total * 3);
  const indices: number[] = [];
  let at = 0;
  for (const track of tracks) {
    const count = track.points.length / 3;
    positions.set(track.points, at * 3);
    colours.set(track.colours, at * 3);
    for (let i = 1; i < count; i++) indices.push(at + i - 1, at + i);
    at += count;
  }
  return { positions, colours, indices: Uint32Array.from(indices) };
}

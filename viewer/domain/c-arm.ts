/** C-arm radiations and their records as beams from the source (PS3.3 C.36.11 to C.36.13): the same picture as of plans. */
import type { LimitingDevice } from '../core/beam-limits';
import { items, number, numbers, text, type DataSet } from '../core/dicom-json';
import { reachOf, type BeamPoint, type BeamStates } from './beam-states';

const MOST_POINTS = 2000;

/** Undefined for all other objects. Openings are told in the plane where devices are defined; the picture is at the isocentre. */
export function cArmStates(ds: DataSet): BeamStates | undefined {
  const all = items(ds, '300A062F').slice(0, MOST_POINTS);
  if (!all.length) return undefined;
  const [axis, plane] = [number(ds, '300A0640'), number(ds, '300A0688')];
  const scale = axis && plane && axis > 0 && plane > 0 ? axis / plane : 1;
  const made = definitions(ds, scale);
  let said: DataSet = {};
  const devices = new Map<string, LimitingDevice>();
  let collimator: number | undefined;
  const points = all.map((point, i): BeamPoint => {
    said = { ...said, ...point };
    for (const o of items(point, '300A0656')) {
      const key = text(o, '300A0607');
      const known = made.get(key);
      const positions = numbers(o, '300A064A').map((v) => v * scale);
      collimator = number(o, '300A0679') ?? collimator;
      if (known && positions.length >= 2) devices.set(key, { ...known, positions });
    }
    return {
      index: number(point, '300A0600') ?? i + 1, gantry: number(said, '300A067A'), collimator, couch: undefined, pitch: undefined, energy: energyOf(ds, text(said, '300A0605')),
      meterset: number(said, '300A063C'), isocentre: [], devices: [...devices.values()], wedges: [], spots: [],
    };
  });
  const unit = items(ds, '300A0658').map((u) => text(u, '00080100')).find(Boolean) ?? '';
  const energyUnit = items(ds, '300A067B').flatMap((m) => items(m, '300A0684')).map((u) => text(u, '00080100')).find(Boolean) ?? '';
  return { number: 1, name: text(ds, '30100033') || text(ds, '30100035'), unit, energyUnit, blocks: [], compensators: [], points, reach: reachOf(points, []) };
}

/** Jaws and leaves by the number of their device; turned by a right angle they move along y. */
function definitions(ds: DataSet, scale: number): Map<string, LimitingDevice> {
  const found = items(ds, '300A064D').flatMap((d) => items(d, '300A0647').slice(0, 1).map((parallel): [string, LimitingDevice] => {
    const boundaries = numbers(parallel, '300A0649').map((v) => v * scale);
    const isY = /^Y/i.test(items(parallel, '300A0644').map((c) => text(c, '00080104')).find(Boolean) ?? '') || Math.abs((number(parallel, '300A0645') ?? 0) % 180) === 90;
    const leaves = (number(parallel, '300A0648') ?? boundaries.length - 1) > 1;
    return [text(d, '30100039'), { type: `${leaves ? 'MLC' : ''}${isY ? 'Y' : 'X'}`, positions: [], boundaries }];
  }));
  return new Map(found);
}

function energyOf(ds: DataSet, mode: string): number | undefined {
  const all = items(ds, '300A067B');
  return number(all.find((m) => text(m, '300A0601') === mode) ?? all[0], '300A0680');
}

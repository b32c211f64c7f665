/** DICOS Threat Detection Reports: where the potential threats lie on the images they name (NEMA IIC 1). Pure values. */
import { items, number, numbers, text, type DataSet } from '../core/dicom-json';
import { t } from '../core/language';
import { isReferenced, referencesOf, type References } from './references';

export const THREAT_REPORT = '1.2.840.10008.5.1.4.1.1.501.3';

/** A region of voxels: columns, rows and images from 0, the ends not included. */
export interface ThreatMark {
  name: string;
  /** The images it names. */
  on: References;
  from: readonly [number, number, number];
  to: readonly [number, number, number];
}

const [MOST_THREATS, MOST_REGIONS] = [500, 50];
const FARTHEST = 1e5;

/** What is said of a threat: category, what it is, whether it is one, how probable. */
export function assessmentsOf(threat: DataSet): string[] {
  return items(threat, '40101038').map((one) => {
    const probability = number(one, '40101016');
    const shown = probability !== undefined && probability >= 0 && probability <= 1 ? `${Math.round(1000 * probability) / 10} %` : '';
    return [text(one, '40101012'), text(one, '40101013'), text(one, '40101015'), shown].filter(Boolean).join(', ');
  });
}

export function nameOfThreat(threat: DataSet): string {
  return t('Object {number}', { number: text(threat, '40101010') || '–' });
}

/** Base and extents in voxels of each region (Threat ROI Voxel Sequence); without numbers, or without size, it is left out. */
export function threatMarksOf(report: DataSet): ThreatMark[] {
  return items(report, '40101011').slice(0, MOST_THREATS).flatMap((threat) => {
    const name = [nameOfThreat(threat), ...assessmentsOf(threat).slice(0, 1)].join(' · ').slice(0, 120);
    return items(threat, '40101037').slice(0, MOST_REGIONS).flatMap((representation) => {
      const on = referencesOf(representation);
      return items(representation, '40101001').slice(0, MOST_REGIONS).flatMap((region): ThreatMark[] => {
        const [base, size] = [numbers(region, '40101004'), numbers(region, '40101005')];
        const isGood = base.length === 3 && size.length === 3 && [...base, ...size].every((v) => Math.abs(v) < FARTHEST) && (size[0] as number) > 0 && (size[1] as number) > 0;
        if (!isGood) return [];
        const [x, y, z] = base as [number, number, number];
        const [wide, high, deep] = size as [number, number, number];
        return [{ name, on, from: [x, y, z], to: [x + wide, y + high, z + Math.max(deep, 1)] }];
      });
    });
  });
}

/** Of one frame (from 1): those that name it and reach through it. */
export function marksOn(marks: readonly ThreatMark[], sopInstanceUid: string, frame: number): ThreatMark[] {
  return marks.filter(({ on, from, to }) => isReferenced(on, sopInstanceUid, frame) && frame - 1 >= Math.floor(from[2]) && frame - 1 < to[2]);
}

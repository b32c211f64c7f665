/** The field of an RT Image as the plan has it, where the image does not tell it itself (PS3.3 C.8.8.2). */
import { items, number, text, type DataSet } from '../core/dicom-json';
import type { FieldLimits } from '../core/rt-image';
import { beamsOf, beamStates, type BeamStates } from './beam-states';

/** Plans that an RT Image names, and the beam of it. */
export function planNamedBy(image: DataSet): { plans: string[]; beam: number | undefined } {
  return { plans: items(image, '300C0002').map((p) => text(p, '00081155')).filter(Boolean), beam: number(image, '300C0006') };
}

const known = new WeakMap<DataSet, BeamStates>();

/** Of the control point whose gantry stands nearest to that of the image; the first where the image tells no angle. */
export function plannedField(plan: DataSet, beamNumber: number, image: DataSet): FieldLimits | undefined {
  const beam = beamsOf(plan).find((b) => number(b, '300A00C0') === beamNumber);
  if (!beam) return undefined;
  let states = known.get(beam);
  if (!states) known.set(beam, (states = beamStates(plan, beam)));
  const gantry = number(image, '300A011E') ?? number(items(image, '30020030')[0], '300A011E');
  const apart = (angle: number | undefined) => (gantry === undefined || angle === undefined ? 0 : Math.abs(((((angle - gantry) % 360) + 540) % 360) - 180));
  const point = states.points.reduce<(typeof states.points)[0] | undefined>((best, p) => (best && apart(best.gantry) <= apart(p.gantry) ? best : p), undefined);
  return point && { devices: point.devices, collimator: point.collimator, blocks: states.blocks.map((b) => b.points) };
}

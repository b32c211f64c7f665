/** The plan of an RT Image among the open objects. */
import type { DataSet } from '../../core/dicom-json';
import type { FieldLimits } from '../../core/rt-image';
import { plannedField, planNamedBy } from '../../domain/planned-field';
import type { ViewerModel } from '../viewer-model';
import { objectWith } from './objects';

export function plannedFor(model: ViewerModel, image: DataSet): FieldLimits | undefined {
  const { plans, beam } = planNamedBy(image);
  const plan = plans.map((uid) => objectWith(model, uid)?.dataset).find(Boolean);
  return plan && beam !== undefined ? plannedField(plan, beam, image) : undefined;
}

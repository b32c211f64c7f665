import { t } from '../../core/language';
import { nameParts } from '../../core/person-name';
import type { Study } from '../../domain/study';

/** What a dialog says of one study or of several: whose, how many images, and a line about them. */
export function wordsOf(studies: readonly Study[]): { name: string; images: string; said: string } {
  const images = t('{n} {n|image|images}', { n: studies.reduce((sum, s) => sum + s.number_of_instances, 0) });
  const names = [...new Set(studies.map((s) => nameParts(s.patient_name).main || t('No name')))];
  const alone = studies.length === 1;
  return {
    name: alone ? (names[0] ?? '') : t('{n} {n|study|studies}', { n: studies.length }),
    images,
    said: [images, alone ? studies[0]?.study_description : names.join('; ')].filter(Boolean).join(' · '),
  };
}

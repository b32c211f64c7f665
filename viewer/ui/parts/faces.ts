/** From where one looks in three dimensions, in words. */
import { t } from '../../core/language';
import type { Face } from '../../core/rays';

export const FROM_FACE: Readonly<Record<Face, string>> = {
  A: t('from the front'), P: t('from behind'), L: t('from the left'), R: t('from the right'), H: t('from the head'), F: t('from the feet'),
};

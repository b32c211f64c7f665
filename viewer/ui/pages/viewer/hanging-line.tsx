/** In the foot: what hangs by a rule. Its title says why; a press opens the list. */
import { IconLayoutBoardSplit } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { t } from '../../../core/language';
import { Icon } from '../../parts/icon';
import { KeyOf } from '../../parts/keys';
import type { ViewerModel } from '../../viewer-model';

export function HangingLine({ model, act }: { model: ViewerModel; act: (id: string) => boolean }): ReactElement | null {
  const { active } = model.hangings;
  if (!active) return null;
  return (
    <button className="row gap4 linkstate hangline" title={active.why} onClick={() => act('hanging.choose')} data-testid="hanging-line">
      <Icon of={IconLayoutBoardSplit} size="s" />
      <span className="unseen">{t('Hanging')}: </span>
      <span className="clip">{active.kept.hanging.name}</span> <KeyOf id="hanging.choose" />
    </button>
  );
}
